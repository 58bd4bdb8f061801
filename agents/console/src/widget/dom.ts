/** Elements by hand. Text is set as text, so nothing a customer or an agent writes can become markup. */

type Child = Node | string | null | false;
type Attributes = Record<string, string | boolean | EventListener>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/** In the field of this name, at its end: it was built anew while somebody wrote. */
export function goOnTyping(root: HTMLElement, name: string | null | undefined): void {
  const field = name && root.querySelector<HTMLInputElement>(`[name="${name}"]`);
  if (!field) return;
  field.focus();
  if (field.type !== 'email') field.setSelectionRange(field.value.length, field.value.length);
}
