//! One target for libFuzzer: the one this program is named after.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use skein_fuzz::{Target, targets, trial};

fuzz_target!(|input: &[u8]| {
    static TARGET: OnceLock<Target> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        // libFuzzer's own hook ends the process at every panic, also at those that production code
        // catches and answers.
        trial::quietly();
        let name = env!("CARGO_BIN_NAME");
        let found = targets::ALL.iter().find(|target| target.name == name);
        *found.expect("every program is named after a target")
    });
    if let Err(what) = trial::run(target, input) {
        eprintln!("{}: {what}", target.name);
        std::process::abort();
    }
});
