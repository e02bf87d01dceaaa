import { conversationsOf, organizationOf, patientOf } from "../../live-chat/conversation-state.ts";
import type { World } from "../../world.ts";
import { gathering, type TreeItem } from "./item.ts";

export function liveChatBranch(world: World): TreeItem {
  return gathering("live-chat", "Live chat conversations", () =>
    conversationsOf(world).map((conversation) => ({
      key: conversation.id,
      kind: "conversation",
      label: patientOf(conversation)?.displayName ?? conversation.id,
      note: conversation.state,
      value: () => ({
        id: conversation.id,
        organization: organizationOf(world, conversation)?.url,
        state: conversation.state,
        context: conversation.context,
        participants: conversation.participants.map(({ displayName, kind }) => ({ displayName, kind })),
        messages: conversation.messages
          .filter(({ type }) => type === "text" || type === "html")
          .map(({ createdOn, senderDisplayName, content }) => ({
            at: createdOn,
            from: senderDisplayName,
            text: content,
          })),
        trail: conversation.trail,
      }),
    })),
  );
}
