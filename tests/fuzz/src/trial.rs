//! The runner on stable Rust: replaying the corpus, then seeded mutations.

use std::cell::Cell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::{Duration, Instant};

use crate::bounded::accepted_so_far;
use crate::mutator::Mutator;
use crate::{Target, config, corpus};

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// What a run did.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Inputs given to the target.
    pub executions: u64,
    /// Those of them that came past its first door.
    pub accepted: u64,
    /// How long it took.
    pub took: Duration,
}

/// Gives the target every file of its corpus, and returns how many there are.
///
/// # Panics
/// When the target fails on one, or there is none.
pub fn replay(target: &Target) -> usize {
    let files = corpus::read(target.name).expect("the corpus is there");
    assert!(!files.is_empty(), "{} has no corpus", target.name);
    let count = files.len();
    on_a_plain_stack(move || {
        for (name, input) in &files {
            if let Err(what) = run(target, input) {
                panic!("{}: corpus/{0}/{name}: {what}", target.name);
            }
        }
    });
    count
}

/// Gives the target mutations of its corpus for as long as [`config::time`] says.
///
/// # Panics
/// When the target fails on one; the input is kept, and the message says how to run it again.
pub fn mutate(target: &Target) -> Figures {
    on_a_plain_stack(|| mutate_here(target))
}

fn mutate_here(target: &Target) -> Figures {
    let files = corpus::read(target.name).expect("the corpus is there");
    let inputs: Vec<Vec<u8>> = files.into_iter().map(|(_, input)| input).collect();
    let mutator = Mutator::new(config::seed(), &inputs, target.words);
    let folder = corpus::scratch("reached").expect("a folder to write in");
    let reached = folder.join(target.name);
    let new = reached.with_extension("new");
    let (began, accepted) = (Instant::now(), accepted_so_far());
    let first = config::first();
    let mut n = first;
    while began.elapsed() < config::time() {
        // Should the process end, this says where to begin again.
        let again = format!("SKEIN_FUZZ_SEED={} SKEIN_FUZZ_FROM={n}\n", config::seed());
        fs::write(&new, again).expect("a file to write");
        fs::rename(&new, &reached).expect("a file to write");
        for _ in 0..config::BLOCK {
            let input = mutator.input(n);
            if let Err(what) = run(target, &input) {
                let kept = corpus::keep(target.name, &input).expect("a file to write");
                panic!(
                    "{}: input {n} of seed {}: {what}\nkept as {}, again with SKEIN_FUZZ_SEED={1} SKEIN_FUZZ_FROM={n}",
                    target.name,
                    config::seed(),
                    kept.display()
                );
            }
            n += 1;
        }
    }
    Figures {
        executions: n - first,
        accepted: accepted_so_far() - accepted,
        took: began.elapsed(),
    }
}

/// Runs the target, and says what it panicked with.
///
/// # Errors
/// The panic's message.
pub fn run(target: &Target, input: &[u8]) -> Result<(), String> {
    RUNNING.set(true);
    let ran = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    RUNNING.set(false);
    ran.map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| {
            payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
        });
        text.unwrap_or_else(|| "a panic without words".into())
    })
}

/// Keeps panics inside targets from being printed: production code catches some of them, thousands a
/// second, and the others come back from [`run`].
pub fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !RUNNING.get() {
                loud(info);
            }
        }));
    });
}

fn on_a_plain_stack<T: Send>(action: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(config::STACK_BYTES);
        let thread = builder.spawn_scoped(scope, action).expect("a thread");
        thread
            .join()
            .unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    })
}
