import { numberMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, type Reply, type ServiceRequest } from '../request.ts';

const pageSize = 30;

/**
 * Answer one page of a list. `$skip` is a number here; `$top` (or `count`) is the size of a page, 30 unless given.
 * `nextLink` is absolute and repeats the request's own query.
 */
export function page<Item>(
  request: ServiceRequest,
  platform: Platform,
  items: { all: Item[]; render: (item: Item) => object },
): Reply {
  const number = (name: string) => numberMember({ value: request.query.get(name) ?? undefined }, 'value');
  const skip = Math.max(0, number('$skip') ?? 0);
  const size = Math.max(1, number('$top') ?? number('count') ?? pageSize);
  const value = items.all.slice(skip, skip + size).map(items.render);
  if (skip + size >= items.all.length) {
    return ok({ value });
  }
  const query = new URLSearchParams(request.query);
  query.set('$skip', String(skip + size));
  return ok({ value, nextLink: `${platform.url}${request.path}?${query}` });
}

/** Keep what a `listViewType` shows; the default shows what is not archived. */
export function visible<Item>(request: ServiceRequest, items: Item[], isArchived: (item: Item) => boolean): Item[] {
  const view = (request.query.get('listViewType') ?? 'ActiveOnly').toLowerCase();
  return view === 'all' ? items : items.filter((item) => isArchived(item) === (view === 'archivedonly'));
}

/** Keep what fits a filter such as `branch=main,reviewed`: every `key` or `key=value` must be there. */
export function tagged<Item>(
  filter: string | null,
  items: Item[],
  tagsOf: (item: Item) => Record<string, string>,
): Item[] {
  const wanted = (filter ?? '').split(',').filter((part) => part.trim() !== '');
  return items.filter((item) => {
    const tags = tagsOf(item);
    return wanted.every((part) => {
      const [key = '', ...value] = part.split('=');
      return Object.hasOwn(tags, key.trim()) && (value.length === 0 || tags[key.trim()] === value.join('=').trim());
    });
  });
}
