//! The names by which the tests find things in the window: `data-testid` attributes.

/// The list of notes.
pub const NOTE_LIST: &str = "note-list";
/// One note in the list.
pub const NOTE_ROW: &str = "note-row";
/// The button that makes a note.
pub const NEW_NOTE: &str = "new-note";
/// The title of the open note.
pub const TITLE: &str = "title";
/// The text of the open note.
pub const EDITOR: &str = "editor";
/// The one honest line.
pub const STATUS_LINE: &str = "status-line";
/// Who is here.
pub const PEOPLE: &str = "people";
/// Opens an invitation for somebody nearby, and its dialog.
pub const INVITE: &str = "invite";
/// Makes a ticket of it instead.
pub const INVITE_TICKET: &str = "invite-ticket";
/// One row of pictures to pick from.
pub const PICTURE_ROW: &str = "picture-row";
/// Says that somebody nearby invites.
pub const NEARBY_CARD: &str = "nearby-card";
/// Asks them.
pub const NEARBY_ASK: &str = "nearby-ask";
/// The pictures to be found on the other screen.
pub const SHOWN_PICTURES: &str = "shown-pictures";
/// Opens the space that was joined.
pub const ASK_OPEN: &str = "ask-open";
/// Makes the ticket.
pub const INVITE_MAKE: &str = "invite-make";
/// The ticket, as text.
pub const TICKET_TEXT: &str = "ticket-text";
/// Opens the dialog that takes a ticket.
pub const JOIN_OPEN: &str = "join-open";
/// Where a ticket is typed.
pub const TICKET_INPUT: &str = "ticket-input";
/// Joins with the ticket typed.
pub const JOIN_SUBMIT: &str = "join-submit";
/// The space's name, which opens its menu.
pub const SPACE_MENU: &str = "space-menu";
/// Shows who is in the space.
pub const MEMBERS_OPEN: &str = "members-open";
/// Beside a member: changes what it may do.
pub const MEMBER_CHANGE: &str = "member-change";
/// Asks whether it is to be removed.
pub const MEMBER_REMOVE: &str = "member-remove";
/// Removes it.
pub const MEMBER_REMOVE_SURE: &str = "member-remove-sure";
/// The menu that holds what has no button of its own.
pub const MENU: &str = "menu";
/// Opens the settings.
pub const SETTINGS_OPEN: &str = "settings-open";
/// Whether closing the window leaves Skein running.
pub const KEEP_SYNCING: &str = "keep-syncing";
/// Whether the next login starts Skein.
pub const AT_LOGIN: &str = "at-login";
/// Somebody else's caret; its person stands in `data-name`.
pub const REMOTE_CARET: &str = "remote-caret";

/// The CSS selector of a name.
pub fn named(name: &str) -> String {
    format!("[data-testid=\"{name}\"]")
}

/// A script that gives the editor's text: the text of each block, joined by newlines.
pub const TEXT_SCRIPT: &str = r#"
const editor = document.querySelector('[data-testid="editor"]');
const page = editor?.matches('.ProseMirror') ? editor : editor?.querySelector('.ProseMirror');
return page ? Array.from(page.children, block => block.textContent).join('\n') : null;
"#;

/// A script that gives the editor's text and the status line as they are at one instant.
pub const TEXT_AND_STATUS_SCRIPT: &str = r#"
const editor = document.querySelector('[data-testid="editor"]');
const page = editor?.matches('.ProseMirror') ? editor : editor?.querySelector('.ProseMirror');
const text = page ? Array.from(page.children, block => block.textContent).join('\n') : null;
return [text, document.querySelector('[data-testid="status-line"]')?.textContent ?? ''];
"#;

/// A script that puts the caret after the last character of the first block whose text contains
/// `arguments[0]`, with a click where a person would click. It gives the point to click at, in CSS
/// pixels, as `[x, y]`, or null.
pub const END_OF_WORD_SCRIPT: &str = r#"
const editor = document.querySelector('[data-testid="editor"]');
const walker = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const at = node.data.indexOf(arguments[0]);
  if (at < 0) continue;
  const range = document.createRange();
  const end = at + arguments[0].length;
  range.setStart(node, end - 1);
  range.setEnd(node, end);
  node.parentElement.scrollIntoView({ block: 'center' });
  const box = range.getBoundingClientRect();
  return [Math.round(box.right - 1), Math.round(box.top + box.height / 2)];
}
return null;
"#;

/// A script that gives the names beside the carets of others that are shown.
pub const CARETS_SCRIPT: &str = r#"
const carets = document.querySelectorAll('[data-testid="remote-caret"]');
return Array.from(carets).filter(caret => caret.getClientRects().length > 0)
  .map(caret => caret.dataset.name ?? '');
"#;
