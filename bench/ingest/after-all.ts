// What the tests' support modules want of Jest, outside of it.

type Hook = () => unknown;

const hooks: Hook[] = [];

export function afterAll(hook: Hook): void {
  hooks.push(hook);
}

export async function runAfterAll(): Promise<void> {
  for (const hook of hooks.splice(0).reverse()) await hook();
}
