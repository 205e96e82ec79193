//! `skein`: the command line and the headless peer.
//!
//! Every command is a few lines: it makes a [`skein_app::control::Request`], hands it to
//! the process that holds the profile or to an app of its own ([`door`]), and prints the
//! answer. Names, arguments, JSON fields and exit codes are a contract (cli.md).

mod args;
mod commands;
mod door;
mod output;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Parser;
use skein_app::{Class, Code, Fault};
use tracing_subscriber::EnvFilter;

use args::Cli;
use output::{Output, Stop};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    log_to_stderr();
    let out = Output { json: cli.json };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let message = format!("the system gave no event loop: {error}. nothing was changed");
            out.fault(&Fault::new(Code::Stopping, message));
            return exit(Class::Unreachable);
        }
    };
    match runtime.block_on(commands::carry_out(cli, out)) {
        Ok(()) | Err(Stop::ReaderGone) => ExitCode::SUCCESS,
        Err(Stop::Fault(fault)) => {
            out.fault(&fault);
            exit(fault.code.class())
        }
    }
}

/// Help and version are no failure; anything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed standard error must not turn help into a panic.
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if std::env::args().any(|arg| arg == "--json") {
        let message = error.kind().to_string();
        Output { json: true }.fault(&Fault::new(Code::BadArgument, message));
    }
    exit(Class::Usage)
}

fn exit(class: Class) -> ExitCode {
    ExitCode::from(match class {
        Class::NotSo => 1,
        Class::Usage => 2,
        Class::Profile => 3,
        Class::Unreachable => 4,
    })
}

/// Logs go to standard error, as much as `SKEIN_LOG` asks for; errors only when it is unset.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("SKEIN_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
