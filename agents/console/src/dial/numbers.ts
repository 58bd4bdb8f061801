/** Telephone numbers in what somebody wrote. */

const DIGITS_MIN = 7;
const DIGITS_MAX = 15;
const NUMBERS_MAX = 5;

/** Begins like a number that can be dialled: by country, by trunk prefix, or as China writes mobiles and service numbers. */
const CANDIDATE =
  /(?<![\w.,/-])(?:\+|00?|1(?=[3-9]\d[\d -]{8})|(?=400[ -]))(?:[ ()./-]{0,2}\d){6,16}(?![\w])/g;
const DATE = /^\d{1,4}([./-])\d{1,2}\1\d{1,4}$/;

/** The first few, each once, as they are written. */
export function numbersIn(text: string): string[] {
  const found = new Map<string, string>();
  for (const [written] of text.matchAll(CANDIDATE)) {
    const digits = written.replace(/\D/g, '');
    if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX || DATE.test(written)) continue;
    if (!found.has(digits)) found.set(digits, written.trim());
  }
  return [...found.values()].slice(0, NUMBERS_MAX);
}
