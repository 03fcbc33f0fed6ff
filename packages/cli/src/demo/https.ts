import { Agent, request } from 'node:https';

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** HTTPS with the emulator's own certificate authority, which this process does not trust by itself. */
export interface HttpsClient {
  send(
    method: string,
    url: string,
    options?: { headers?: Record<string, string>; body?: string },
  ): Promise<HttpsAnswer>;
  close(): void;
}

export function createHttpsClient(ca: string): HttpsClient {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 64 });
  return {
    close: () => agent.destroy(),
    send: (method, url, { headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const call = request(url, { method, agent, headers }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks).toString(),
            });
          });
          answer.on('error', reject);
        });
        call.on('error', reject);
        call.end(body);
      }),
  };
}
