/** Passwords an administrator hands over: easy to read aloud, without letters that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

export const PASSWORD_LENGTH_MIN = 10;
export const PASSWORD_LENGTH_MAX = 200;

/** A byte past the last whole run of the alphabet would favour its first letters, so it is drawn again. */
function letter(): string {
  const limit = 256 - (256 % LETTERS.length);
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < limit) return LETTERS.charAt(byte % LETTERS.length);
  }
}

export function newPassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, letter).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
