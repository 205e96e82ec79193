//! Writes the generated part of the corpus: `cargo run --release -p skein-fuzz --example seeds`.
//!
//! What it writes is named `seed-…`; inputs that a fuzzer found have names of their own and stay.

use std::fs;

use skein_fuzz::{corpus, targets};

fn main() -> std::io::Result<()> {
    for target in &targets::ALL {
        let folder = corpus::folder(target.name);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("seed-") {
                fs::remove_file(entry.path())?;
            }
        }
        let seeds = (target.seeds)();
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed)?;
        }
        println!("{:<16} {} seeds", target.name, seeds.len());
    }
    Ok(())
}
