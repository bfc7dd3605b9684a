/** The browser's own storage, which may be full or forbidden: then the page goes on without it. */
export const kept = {
  read<T>(name: string): T | null {
    try {
      const text = window.localStorage.getItem(name);
      return text === null ? null : (JSON.parse(text) as T);
    } catch {
      return null;
    }
  },
  /** Whether it could be written. */
  write(name: string, value: unknown): boolean {
    try {
      window.localStorage.setItem(name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  remove(name: string): void {
    try {
      window.localStorage.removeItem(name);
    } catch {
      /* nothing was there */
    }
  },
};
