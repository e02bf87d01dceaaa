export const COMMANDS_INTRODUCTION = `<!-- Made by \`npm run generate\` from src/cli/; do not edit. -->
# Commands

Every command prints its result to stdout and its talk to stderr, knows \`--help\` with an example, and ends with a line that says what to do next. With \`--output json\` stdout holds exactly one JSON document (\`sandbox log\`: one object a line) whose \`format\` member names its shape and version; errors then are a document of the format \`psc.error/1\`. Codes are explained by \`psc explain CODE\`.

Text is safe to print: control characters that a server or a spec holds are shown, not obeyed.
`;

export const ERROR_CODES_INTRODUCTION = `<!-- Made by \`npm run generate\` from src/errors-catalogue.ts; do not edit. -->
# Error codes

Every error psc reports has a code that never changes its meaning. Those of the spec language (PSC-E0xx and PSC-W1xx) are in [spec-codes.md](spec-codes.md); these are all others: PSC-E1xx command line, files, sandbox and gates; PSC-E2xx network, sign-in and permissions; PSC-E3xx checks before anything is written; PSC-E4xx resources. \`psc explain CODE\` prints the same.
`;
