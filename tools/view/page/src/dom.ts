/** Small helpers over the document. */

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element "${id}"`);
  return element as T;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, className = "", text = "", ...children: Node[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

/** A text behind the color that stands for it. */
export function part(text: string, color: string): HTMLElement {
  const element = make("span", "part", text);
  element.style.setProperty("--swatch", color);
  return element;
}

/** Sets a text only where it changes, so that selections and screen readers are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setClass(element: Element, name: string, on: boolean): void {
  element.classList.toggle(name, on);
}

export function download(name: string, content: BlobPart[], type: string): void {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob(content, { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
