//! Seeded mutations of the corpus: `SKEIN_FUZZ_SECONDS` per target, two targets at a time.

use skein_fuzz::{config, targets, trial};

fn tried(name: &str) {
    trial::quietly();
    let target = targets::ALL.iter().find(|target| target.name == name);
    let target = target.expect("every test is named after a target");
    let figures = trial::mutate(target);
    println!(
        "{name:<16} {:>12} executions {:>12} past the first door {:>6.1} s",
        figures.executions,
        figures.accepted,
        figures.took.as_secs_f32()
    );
    if figures.executions >= config::ACCEPTED_FROM {
        assert!(
            figures.accepted * config::ACCEPTED_ONE_IN >= figures.executions,
            "only {} of {} inputs came past the first door",
            figures.accepted,
            figures.executions
        );
    }
}

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            tried(stringify!($name));
        })*

        #[test]
        fn every_target_is_tried() {
            let tried = [$(stringify!($name)),*];
            let all: Vec<&str> = targets::ALL.iter().map(|target| target.name).collect();
            assert_eq!(tried.as_slice(), all.as_slice());
        }
    };
}

tests! {
    frame heads presence
    entry member pairing ceremony admission ticket gossip picture
    gate writers state
    announcement stream control address
    row image
    edits markdown
}
