import type { BadInput } from "./bad-input.ts";

export const OMNICHANNEL_CASES: readonly BadInput[] = [
  {
    name: "public key in the clear",
    code: "PSC-E078",
    yaml: "workstreams: [{ name: Patient chat, widget: { signIn: { publicKeyUrl: «http://x.example/key» } } }]\n",
    message: /"http:\/\/x.example\/key" is not an https address/,
  },
  {
    name: "function that is none",
    code: "PSC-E078",
    yaml: "workstreams: [{ name: Patient chat, widget: { signIn: { publicKeyUrl: 'https://x.example/key', tokenFunction: «a(b)» } } }]\n",
    message: /"a\(b\)" is not a name of a JavaScript function/,
  },
  {
    name: "sign-in without a key",
    code: "PSC-E013",
    yaml: "workstreams: [{ name: Patient chat, widget: { «signIn»: { tokenFunction: a.b } } }]\n",
    message: /publicKeyUrl is missing/,
  },
  {
    name: "overflow into itself",
    code: "PSC-E074",
    yaml: "queues: [{ name: Escalate to Human, overflow: { full: { conversations: 9, action: { transfer: «Escalate to Human» } } } }]\n",
    message: /overflows into itself/,
  },
  {
    name: "overflow into nowhere",
    code: "PSC-E012",
    yaml: "queues: [{ name: Escalate to Human, overflow: { waiting: { minutes: 9, action: { transfer: «Nowhere» } } } }]\n",
    message: /queue "Nowhere" is not declared/,
  },
  {
    name: "closed queue that never closes",
    code: "PSC-W121",
    yaml: "queues: [{ name: Patient bot, overflow: { closed: «end» } }]\n",
    message: /always open/,
  },
  {
    name: "choice without answers",
    code: "PSC-E079",
    yaml: "workstreams: [{ name: Patient chat, widget: { survey: [{ name: «Reason», question: Why?, answer: choice }] } }]\n",
    message: /offers no answers/,
  },
  {
    name: "line with answers",
    code: "PSC-E079",
    yaml: "workstreams: [{ name: Patient chat, widget: { survey: [{ name: «Reason», question: Why?, options: [Pain] }] } }]\n",
    message: /answered by a line/,
  },
  {
    name: "question that is no variable",
    code: "PSC-E079",
    yaml: "workstreams: [{ name: Patient chat, widget: { survey: [{ name: «Reason for visit», question: Why? }] } }]\n",
    message: /not a name of a context variable/,
  },
  {
    name: "capacity profile nobody declares",
    code: "PSC-E012",
    yaml: "workstreams: [{ name: Patient chat, capacityProfile: «Chats» }]\n",
    message: /capacity profile "Chats" is not declared/,
  },
];
