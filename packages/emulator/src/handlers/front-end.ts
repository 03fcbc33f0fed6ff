import { isObject, objectMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import type { Handler, Reply } from '../request.ts';
import { uriFields } from './asset-rules.ts';

/** An asset of a registry in the words of the regional front end: its registry id, and account names in front of hosts. */
function translate(platform: Platform, item: unknown): unknown {
  if (!isObject(item) || typeof item.id !== 'string') {
    return item;
  }
  const properties = { ...objectMember(item, 'properties') };
  for (const field of uriFields) {
    const location = platform.blobs.locate(String(properties[field]));
    if (location !== undefined) {
      properties[field] = platform.blobs.hostUri(location);
    }
  }
  return { ...item, id: item.id.replace(/^.*\/registries\//, 'azureml://registries/'), properties };
}

/**
 * The same answer as on the ARM plane, as clients of the front end read it: azure-ai-ml takes no ARM ids of registry
 * assets, and takes the first part of a storage path for the container.
 */
export function onFrontEnd(handle: Handler): Handler {
  return async (request, platform): Promise<Reply> => {
    const reply = await handle(request, platform);
    const { body } = reply;
    if (!isObject(body)) {
      return reply;
    }
    const value = body.value;
    const translated = Array.isArray(value)
      ? { ...body, value: value.map((item) => translate(platform, item)) }
      : translate(platform, body);
    return { ...reply, body: isObject(translated) ? translated : body };
  };
}
