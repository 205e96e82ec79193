//! Gives a target one input, with every panic printed: `cargo run --release -p skein-fuzz --example
//! one -- TARGET FILE`. With a number instead of a file it is that input of the seed, and is kept.

use skein_fuzz::mutator::Mutator;
use skein_fuzz::{config, corpus, targets};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, which] = arguments.as_slice() else {
        panic!("a target, and a file or a number");
    };
    let target = targets::ALL.iter().find(|target| target.name == name);
    let target = target.expect("a target's name");
    let input = match which.parse() {
        Ok(number) => {
            let files = corpus::read(name)?;
            let inputs: Vec<Vec<u8>> = files.into_iter().map(|(_, input)| input).collect();
            Mutator::new(config::seed(), &inputs, target.words).input(number)
        }
        Err(_) => std::fs::read(which)?,
    };
    println!("{}", corpus::keep(name, &input)?.display());
    (target.run)(&input);
    println!("{} bytes: it held", input.len());
    Ok(())
}
