import type { Conversation, Message } from "./conversation-state.ts";

/**
 * Messages of a transcript, newest first. Members are those the open-source widget reads
 * (microsoft/omnichannel-chat-widget:chat-widget/src/plugins/createChatTranscript.ts and
 * DownloadTranscriptStateful.tsx); a live answer is not published.
 */

function authorOf(message: Message): object {
  const person = { id: message.senderId, displayName: message.senderDisplayName };
  const patient = message.senderDisplayName === "Customer";
  // Everybody on the organization's side counts as the application.
  return patient ? { user: person } : { application: person };
}

export function transcriptOf(conversation: Conversation): object[] {
  return conversation.messages
    .filter(({ type, deletedOn }) => (type === "text" || type === "html") && deletedOn === undefined)
    .map((message) => ({
      id: message.id,
      created: message.createdOn,
      createdDateTime: message.createdOn,
      content: message.content,
      contentType: message.type,
      deliveryMode: message.metadata["deliveryMode"] ?? "bridged",
      tags: message.metadata["tags"] ?? "",
      isControlMessage: false,
      from: authorOf(message),
      attachments: [],
    }))
    .reverse();
}
