//! The row of a note: what the list shows of it. Derived from the note's entries, never the other way.

use skein_space::{ChainId, EntryRef};

use super::{In, Indexed, Named, Out, Row, RowError};

/// What is known of a note without opening it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoteRow {
    /// Its title.
    pub title: String,
    /// The beginning of its text, as far as the list shows it.
    pub preview: String,
    /// The folder it lies in.
    pub folder: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Words in it.
    pub words: u64,
    /// Its length in UTF-16 units.
    pub len_utf16: u64,
    /// The latest claimed time of an applied edit, Unix milliseconds.
    pub modified_ms: i64,
    /// Whether it can be shown and written.
    pub state: NoteState,
    /// The applied entries that no other applied entry has in its past.
    pub frontier: Vec<EntryRef>,
    /// Per notes chain the highest applied place: who holds all of these holds the note.
    pub tips: Vec<(ChainId, u64)>,
    /// Valid entries that are not part of the note, from the roster.
    pub set_aside: u32,
    /// Entries the gate refused.
    pub refused: u32,
    /// Title to length are those of an earlier moment: the note was being written in, and the process ended.
    pub summary_stale: bool,
}

/// Whether a note can be shown and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoteState {
    /// Everything held is applied.
    #[default]
    Ok,
    /// Something held waits for words that are not here.
    Waiting,
    /// Something held was made by a newer Skein.
    ReadOnly,
    /// The document failed on this device.
    Broken,
}

impl Row for NoteRow {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, indexed: Indexed<'_>) {
        out.blob(self.title.as_bytes());
        out.blob(self.preview.as_bytes());
        out.u8(u8::from(self.folder.is_some()));
        if let Some(folder) = &self.folder {
            out.blob(folder.as_bytes());
        }
        out.num(self.tags.len() as u64);
        for tag in &self.tags {
            out.blob(tag.as_bytes());
        }
        out.u8(u8::from(self.pinned));
        out.u8(u8::from(self.trashed));
        out.num(self.words);
        out.num(self.len_utf16);
        out.signed(self.modified_ms);
        out.u8(match self.state {
            NoteState::Ok => 0,
            NoteState::Waiting => 1,
            NoteState::ReadOnly => 2,
            NoteState::Broken => 3,
        });
        out.references(&self.frontier, indexed);
        out.num(self.tips.len() as u64);
        for (chain, seq) in &self.tips {
            out.chain(*chain, indexed);
            out.num(*seq);
        }
        out.num(u64::from(self.set_aside));
        out.num(u64::from(self.refused));
        out.u8(u8::from(self.summary_stale));
    }

    fn read(_: u8, input: &mut In<'_>, named: Named<'_>) -> Result<Self, RowError> {
        Ok(Self {
            title: input.text()?,
            preview: input.text()?,
            folder: if input.flag()? {
                Some(input.text()?)
            } else {
                None
            },
            tags: (0..input.count(1)?)
                .map(|_| input.text())
                .collect::<Result<_, _>>()?,
            pinned: input.flag()?,
            trashed: input.flag()?,
            words: input.num()?,
            len_utf16: input.num()?,
            modified_ms: input.signed()?,
            state: match input.u8()? {
                0 => NoteState::Ok,
                1 => NoteState::Waiting,
                2 => NoteState::ReadOnly,
                3 => NoteState::Broken,
                _ => return Err(RowError("the note's state is not known")),
            },
            frontier: input.references(named)?,
            tips: (0..input.count(2)?)
                .map(|_| Ok((input.chain(named)?, input.num()?)))
                .collect::<Result<_, RowError>>()?,
            set_aside: input.small()?,
            refused: input.small()?,
            summary_stale: input.flag()?,
        })
    }
}
