//! Every parser of foreign bytes, each as one function of bytes that asserts what must hold.

mod admission;
mod announcement;
mod ceremony;
mod control;
mod edits;
mod entry;
mod frame;
mod gate;
mod image;
mod markdown;
mod member;
mod pairing;
mod picture;
mod presence;
mod recorded;
mod row;
mod state;
mod stream;
mod ticket;
mod writers;

/// A parser and what is asserted of it.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, and that of its corpus folder.
    pub name: &'static str,
    /// Panics when something does not hold.
    pub run: fn(&[u8]),
    /// Inputs from golden files and from values made here.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Pieces of input with a meaning of their own.
    pub words: &'static [&'static [u8]],
}

/// All of them: the network's door first, then what lies behind it, then the disk and people's files.
pub const ALL: [Target; 22] = [
    frame::FRAME,
    frame::HEADS,
    presence::PRESENCE,
    entry::ENTRY,
    member::MEMBER,
    pairing::PAIRING,
    ceremony::CEREMONY,
    admission::ADMISSION,
    ticket::TICKET,
    ticket::GOSSIP,
    picture::PICTURE,
    gate::GATE,
    writers::WRITERS,
    state::STATE,
    announcement::ANNOUNCEMENT,
    stream::STREAM,
    control::CONTROL,
    control::ADDRESS,
    row::ROW,
    image::IMAGE,
    edits::EDITS,
    markdown::MARKDOWN,
];

/// The bytes of a golden file's lines `name … hex`.
fn golden_lines(text: &str) -> Vec<Vec<u8>> {
    let last_words = text.lines().filter_map(|line| line.split(' ').next_back());
    last_words
        .map(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("hex"))
        .collect()
}

/// Waits for something that never waits for anybody else.
fn block_on<T>(action: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime without sockets");
    }
    RUNTIME.with(|runtime| runtime.block_on(action))
}
