import type { Promotion } from '@switchyard/documents';
import { code, escapeText, joinBlocks, shortDigest } from './markdown.ts';
import { markdown, renderTable } from './table.ts';

/** A model's way from the workspace into the registry. */
export function renderPromotion(promotion: Promotion): string {
  const { circuit, workspace, registry, environment, copied } = promotion;
  const facts = [
    ['From', markdown(`workspace ${code(workspace.name)}, ${code(`${workspace.model}:${workspace.version}`)}`)],
    ['To', markdown(`registry ${code(registry.name)}, ${code(`${registry.model}:${registry.version}`)}`)],
    ['Content', markdown(code(shortDigest(promotion.contentDigest)))],
    ['Verdict', markdown(code(shortDigest(promotion.verdictDigest)))],
    ['Commit', markdown(code(promotion.commit.slice(0, 12)))],
    ['ML environment', environment ? markdown(environmentText(environment)) : 'none'],
    ['Time', promotion.promotedAt],
  ];
  return joinBlocks([
    `### ${escapeText(circuit)}: ${copied ? 'promoted' : 'in the registry already'}`,
    copied ? null : 'The registry held the same content; nothing was copied.',
    renderTable(['', ''], facts),
  ]);
}

function environmentText({ name, version, copied }: { name: string; version: string; copied: boolean }): string {
  return `${code(`${name}:${version}`)}, ${copied ? 'copied' : 'there already'}`;
}
