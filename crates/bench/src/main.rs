//! `skein-bench`: how fast the program is, measured through the whole stack.
//!
//! | Command | What it measures |
//! |---|---|
//! | `latency` | keystrokes from one running app to another in another process, beside what the machine can do at all |
//! | `trace FILE` | somebody's real editing through edit, entry and store: time, size, opening again |
//!
//! Both go through the API a window uses, so every edit is gated, signed and on disk before it counts. A run
//! checks what came out against what went in and gives no figures when they differ. All figures are of the
//! machine and its load at that time: compare the ratios, which come from one run.

mod config;
mod echo;
mod error;
mod floor;
mod latency;
mod measure;
mod node;
mod report;
mod talk;
mod trace;
mod window;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::BenchError;

#[derive(Parser)]
#[command(version, about = "Measures skein through the whole stack")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Keystrokes from one device to another over loopback TCP: applied, durable, acknowledged
    Latency(latency::Args),
    /// An editing trace through edit, entry and store
    Trace(trace::Args),
    /// One measured device; `latency` starts two and speaks with them
    #[command(hide = true)]
    Node(node::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().what) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("skein-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(what: What) -> Result<(), BenchError> {
    // The app works on its own threads; this one stands for the window.
    let window = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match what {
        What::Latency(args) => latency::run(&args),
        What::Trace(args) => window.block_on(trace::run(&args)),
        What::Node(args) => window.block_on(node::run(&args)),
    }
}
