/** Markdown as far as articles need it, made into elements: nothing an article holds is ever markup of the page. */
import type { ReactNode } from 'react';

const inline = /(\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`|\[([^\]]*)\]\((https?:\/\/[^\s()]+|mailto:[^\s()]+)\))/;

function words(text: string): ReactNode[] {
  const made: ReactNode[] = [];
  let rest = text;
  for (let key = 0; rest; key += 1) {
    const match = inline.exec(rest);
    if (!match) return [...made, rest];
    const [whole, , strong, stress, code, label, address] = match;
    made.push(rest.slice(0, match.index));
    if (strong) made.push(<strong key={key}>{strong}</strong>);
    else if (stress) made.push(<em key={key}>{stress}</em>);
    else if (code) made.push(<code key={key}>{code}</code>);
    else
      made.push(
        <a key={key} href={address} target="_blank" rel="noopener noreferrer">
          {label ?? address}
        </a>,
      );
    rest = rest.slice(match.index + whole.length);
  }
  return made;
}

type Kind = 'heading' | 'bullets' | 'numbers' | 'quote' | 'text';

const signs: [Kind, RegExp][] = [
  ['heading', /^#{1,6}\s+/],
  ['bullets', /^\s*[-*+]\s+/],
  ['numbers', /^\s*\d{1,3}[.)]\s+/],
  ['quote', /^>\s?/],
];

interface Block {
  kind: Kind;
  lines: string[];
}

function blocksOf(body: string): Block[] {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const line of body.split('\n')) {
    if (!line.trim()) {
      isOpen = false;
      continue;
    }
    const [kind, sign] = signs.find(([, pattern]) => pattern.test(line)) ?? ['text', /^/];
    const last = blocks.at(-1);
    const text = line.replace(sign, '');
    if (isOpen && last?.kind === kind && kind !== 'heading') last.lines.push(text);
    else blocks.push({ kind, lines: [text] });
    isOpen = true;
  }
  return blocks;
}

function Shown({ kind, lines }: Block) {
  const items = lines.map((line, at) => <li key={at}>{words(line)}</li>);
  if (kind === 'heading') return <h4>{words(lines.join(' '))}</h4>;
  if (kind === 'bullets') return <ul>{items}</ul>;
  if (kind === 'numbers') return <ol>{items}</ol>;
  if (kind === 'quote') return <blockquote>{words(lines.join('\n'))}</blockquote>;
  return <p>{words(lines.join('\n'))}</p>;
}

export function Markdown({ body, className }: { body: string; className?: string | undefined }) {
  return (
    <div className={className}>
      {blocksOf(body).map((block, at) => (
        <Shown key={at} {...block} />
      ))}
    </div>
  );
}
