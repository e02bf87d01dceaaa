export const KINDS_INTRODUCTION = `<!-- Made by \`npm run generate\` from src/resources/; do not edit. -->
# Resource kinds

What psc manages, in the order of Microsoft's guide, with the API that does it, the person who must hold the permission, and the least-privileged permissions in the services' own words. \`psc explain KIND\` prints the same.`;
