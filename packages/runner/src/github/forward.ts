import type { Context } from 'hono';
import type { Front } from './front.ts';

/** Headers that belong to one connection, or that a changed body makes wrong. */
const dropped = ['host', 'content-length', 'content-encoding', 'transfer-encoding', 'connection', 'keep-alive'];

/** Passes a request on to emulate, as `login` of the seeded token, and brings its links back to the front. */
export async function forward(c: Context, front: Front, target: string, token: string): Promise<Response> {
  const url = new URL(c.req.url);
  const headers = new Headers(c.req.raw.headers);
  for (const name of dropped) headers.delete(name);
  if (front.jobOf(c)) headers.set('authorization', `token ${token}`);
  const body = c.req.method === 'GET' || c.req.method === 'HEAD' ? undefined : await c.req.arrayBuffer();
  if (!body || body.byteLength === 0) headers.delete('content-type');
  const answer = await fetch(`${target}${url.pathname}${url.search}`, {
    method: c.req.method,
    headers,
    ...(body && body.byteLength > 0 ? { body } : {}),
    redirect: 'manual',
  });
  const replyHeaders = new Headers(answer.headers);
  for (const name of dropped) replyHeaders.delete(name);
  const back = (text: string) => text.replaceAll(target, front.url);
  for (const name of ['link', 'location']) {
    const value = replyHeaders.get(name);
    if (value !== null) replyHeaders.set(name, back(value));
  }
  if (answer.status === 204 || answer.status === 304)
    return new Response(null, { status: answer.status, headers: replyHeaders });
  const isJson = (replyHeaders.get('content-type') ?? '').includes('json');
  const content = isJson ? back(await answer.text()) : await answer.arrayBuffer();
  return new Response(content, { status: answer.status, headers: replyHeaders });
}
