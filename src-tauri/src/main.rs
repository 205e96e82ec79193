//! `skein-desktop`: Skein in a window.
//!
//! A thin rim: the page asks through [`commands`], bytes go through [`codec`], and everything real happens in
//! `skein-app`. Only this crate knows Tauri.

mod args;
mod autostart;
mod background;
#[cfg(test)]
mod bindings;
mod codec;
mod commands;
mod config;
mod dialogs;
mod doctor;
mod events;
mod quirks;
mod shell;
mod tray;
mod types;
mod window;

use clap::Parser;

fn main() -> std::process::ExitCode {
    let args = args::Args::parse();
    if let Err(sentence) = quirks::refuse_automation() {
        eprintln!("skein-desktop: {sentence}");
        return std::process::ExitCode::from(2);
    }
    // Before the profile's lock is taken: this replaces the process.
    quirks::restart_with_known_good_renderer();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("SKEIN_LOG")
                .unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    shell::run(args)
}
