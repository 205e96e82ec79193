//! Every input of the committed corpus, on every run.

use std::fs;

use skein_fuzz::{corpus, targets, trial};

#[test]
fn every_committed_input_is_answered() {
    for target in &targets::ALL {
        let count = trial::replay(target);
        println!("{:<16} {count} inputs", target.name);
    }
}

#[test]
fn every_corpus_belongs_to_a_target_and_all_of_them_are_small() {
    let (mut files, mut bytes) = (0, 0);
    let folders = fs::read_dir(corpus::folder("")).expect("the corpus is there");
    for folder in folders {
        let name = folder
            .expect("a folder")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let known = targets::ALL.iter().any(|target| target.name == name);
        assert!(known, "corpus/{name} belongs to no target");
        let inputs = corpus::read(&name).expect("it can be read");
        files += inputs.len();
        bytes += inputs.iter().map(|(_, input)| input.len()).sum::<usize>();
    }
    println!("{files} inputs, {bytes} bytes");
    assert!(bytes < 2 * 1024 * 1024, "{bytes} bytes are committed");
}
