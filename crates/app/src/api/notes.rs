//! Notes: reading them, opening them in windows, writing them from Rust.

use skein_note::Value;
use skein_space::{NoteId, SpaceId};

use super::App;
use crate::config::IMPORT_BLOCKS;
use crate::control::CatFormat;
use crate::driver::clock::{block_id, random};
use crate::driver::{OpenedNote, Writing};
use crate::error::AppError;
use crate::view::{NoteLine, NoteStatus, Saved};

impl App {
    /// The notes of a space, the pinned first, then the latest; those in the trash among them.
    pub async fn notes(&self, space: SpaceId) -> Result<Vec<NoteLine>, AppError> {
        self.ask(move |driver| Ok(driver.note_lines(space))).await
    }

    /// The id of a new note. Nothing is stored until its first edit.
    pub fn new_note_id(&self) -> NoteId {
        NoteId(random())
    }

    /// Opens a note for a window. `replaces` is the window's earlier session on it, when it opens it again.
    pub async fn open_note(
        &self,
        space: SpaceId,
        note: NoteId,
        replaces: Option<u32>,
    ) -> Result<OpenedNote, AppError> {
        self.with(move |driver, reply| driver.open_note(space, note, replaces, reply))
            .await
    }

    /// Hands over an edit of a window: a raw yjs v1 update. `sequence` counts from 1 without gaps per session;
    /// `last_delivery` is the last delivery the window had applied when it made the edit. Returns when it is
    /// on its way; it is saved when its acknowledgement comes.
    pub async fn push(
        &self,
        session: u32,
        sequence: u64,
        last_delivery: u64,
        update: Vec<u8>,
    ) -> Result<(), AppError> {
        self.tell(move |driver| driver.push(session, sequence, last_delivery, update))
            .await
    }

    /// Says where a window's caret and selection are (encoded yjs relative positions), after input of the person.
    pub async fn set_caret(
        &self,
        session: u32,
        caret: Option<Vec<u8>>,
        head: Option<Vec<u8>>,
    ) -> Result<(), AppError> {
        self.tell(move |driver| driver.caret(session, caret, head))
            .await
    }

    /// Ends a window's session. Its channel ends; what it pushed before is saved.
    pub async fn close_note(&self, session: u32) -> Result<(), AppError> {
        self.tell(move |driver| driver.close_note(session)).await
    }

    /// The space and id of the note that an id, or a prefix of at least four digits, names.
    pub async fn find_note(&self, given: &str) -> Result<(SpaceId, NoteId), AppError> {
        let given = given.to_owned();
        self.ask(move |driver| driver.find_note(&given)).await
    }

    /// Who is known to hold what of a note.
    pub async fn note_status(&self, space: SpaceId, note: NoteId) -> Result<NoteStatus, AppError> {
        self.ask(move |driver| driver.note_status_of(space, note))
            .await
    }

    /// A note's content.
    pub async fn cat(
        &self,
        space: SpaceId,
        note: NoteId,
        format: CatFormat,
    ) -> Result<String, AppError> {
        self.ask(move |driver| driver.cat(space, note, format))
            .await
    }

    /// The hash of a note's canonical content: equal on two devices exactly when they show the same note.
    pub async fn hash(&self, space: SpaceId, note: NoteId) -> Result<[u8; 32], AppError> {
        self.ask(move |driver| driver.hash(space, note)).await
    }

    /// Makes a note, sealed at once, optionally with a title and text from Markdown.
    pub async fn create_note(
        &self,
        space: SpaceId,
        title: Option<String>,
        markdown: Option<&str>,
    ) -> Result<NoteId, AppError> {
        let note = self.new_note_id();
        let blocks =
            markdown.map(|markdown| skein_convert::from_markdown(markdown, &mut block_id).blocks);
        let blocks = blocks.unwrap_or_default();
        if blocks.is_empty() {
            self.write(space, note, Writing::Begin).await?;
        }
        for part in blocks.chunks(IMPORT_BLOCKS) {
            self.write(space, note, Writing::Blocks(part.to_vec()))
                .await?;
        }
        if let Some(title) = title.filter(|title| !title.is_empty()) {
            self.write(space, note, Writing::Title(title)).await?;
        }
        Ok(note)
    }

    /// Adds paragraphs at the end, one per line; an empty last paragraph is filled first.
    pub async fn append(
        &self,
        space: SpaceId,
        note: NoteId,
        text: String,
    ) -> Result<Saved, AppError> {
        self.write(space, note, Writing::Append(text)).await
    }

    /// Deletes and inserts text at an offset, in UTF-16 units of what [`CatFormat::Text`] prints.
    pub async fn edit(
        &self,
        space: SpaceId,
        note: NoteId,
        at: u64,
        delete: u64,
        insert: String,
    ) -> Result<Saved, AppError> {
        self.write(space, note, Writing::Edit { at, delete, insert })
            .await
    }

    /// Changes a note's title.
    pub async fn rename(
        &self,
        space: SpaceId,
        note: NoteId,
        title: String,
    ) -> Result<Saved, AppError> {
        self.write(space, note, Writing::Title(title)).await
    }

    /// Sets one of a note's own settings; null takes it away.
    pub async fn set_meta(
        &self,
        space: SpaceId,
        note: NoteId,
        key: &str,
        value: Value,
    ) -> Result<Saved, AppError> {
        self.write(space, note, Writing::Meta(key.to_owned(), value))
            .await
    }

    pub(super) async fn write(
        &self,
        space: SpaceId,
        note: NoteId,
        what: Writing,
    ) -> Result<Saved, AppError> {
        self.with(move |driver, reply| driver.write(space, note, what, reply))
            .await
    }
}
