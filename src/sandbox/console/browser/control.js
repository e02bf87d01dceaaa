/** The control API as the page uses it; see docs/sandbox/README.md. */

/**
 * Asks the sandbox that served this page, and nobody else.
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {string} path below `/_sandbox/`
 * @param {unknown} [body]
 * @returns {Promise<any>} what was answered, parsed
 * @throws {Error} with a sentence for people when the sandbox refuses or does not answer
 */
export async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(`/_sandbox/${path}`, {
      method,
      cache: "no-store",
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new Error("the sandbox does not answer");
  }
  const text = await response.text();
  /** @type {any} */
  let parsed;
  try {
    parsed = text === "" ? undefined : JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (response.ok) return parsed;
  throw new Error(String(parsed?.error?.message ?? `the sandbox answered ${response.status}`));
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function sentence(error) {
  const text = error instanceof Error ? error.message : String(error);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
