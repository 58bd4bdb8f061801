import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import en from './en.json';
import zh from './zh-CN.json';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

/** English needs one and other, Chinese other alone. */
const singular = (key: string): string => key.replace(/_(one|other)$/, '');
const placeholders = (text: string): string[] =>
  [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1] ?? '').sort();

const english = flatten(en);
const chinese = flatten(zh);

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|schema\.d|^widget|^demo/.test(name))
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));

describe('the two languages', () => {
  it('have the same keys', () => {
    expect(new Set([...chinese.keys()].map(singular))).toEqual(new Set([...english.keys()].map(singular)));
  });

  it('fill in the same values', () => {
    for (const [key, text] of chinese)
      expect(placeholders(text), key).toEqual(placeholders(english.get(key) ?? ''));
  });

  it('leave nothing empty', () => {
    for (const flat of [english, chinese])
      for (const [key, text] of flat) expect(text.trim(), key).not.toBe('');
  });
});

describe('the code', () => {
  it('asks only for texts that exist', () => {
    const keys = new Set([...english.keys()].map(singular));
    for (const { name, text } of sources)
      for (const match of text.matchAll(/\bt\(\s*'([^']+)'/g))
        expect(keys, `${name}: ${match[1]}`).toContain(match[1]);
  });

  it('uses every text', () => {
    const all = sources.map((source) => source.text).join('\n');
    const prefixes = [...all.matchAll(/`([\w.]+\.)\$\{/g)].map((match) => match[1] ?? '');
    for (const key of new Set([...english.keys()].map(singular))) {
      const isUsed = all.includes(`'${key}'`) || prefixes.some((prefix) => key.startsWith(prefix));
      expect(isUsed, key).toBe(true);
    }
  });

  it('has no words of its own between tags', () => {
    const found: string[] = [];
    for (const { name, text } of sources.filter((source) => source.name.endsWith('x'))) {
      const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
      const walk = (node: ts.Node): void => {
        if (ts.isJsxText(node) && /\p{L}{2}/u.test(node.text)) {
          const isKey =
            ts.isJsxElement(node.parent) && node.parent.openingElement.tagName.getText() === 'kbd';
          if (!isKey) found.push(`${name}: ${node.text.trim()}`);
        }
        ts.forEachChild(node, walk);
      };
      walk(file);
    }
    expect(found).toEqual([]);
  });

  it('translates every error code the server lists', () => {
    const listed = readFileSync('../../docs/errors.md', 'utf8').matchAll(/^\|\s*`(\w+)`/gm);
    const missing = [...listed]
      .map((match) => match[1] ?? '')
      .filter((code) => !english.has(`errors.${code}`));
    expect(missing).toEqual([]);
  });
});
