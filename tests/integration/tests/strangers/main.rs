//! A stranger on the same network: what it hears when it only listens, what it is told when it asks, and what
//! it can keep members from.

mod again;
mod asking;
mod flood;
mod listening;
mod scene;

use std::process::ExitCode;

use skein_integration::trial::{self, Case, Needs};

fn main() -> ExitCode {
    let needs = Needs::Namespaces;
    let case = |name, action| Case {
        name,
        needs,
        action,
    };
    trial::main(vec![
        case(
            "what_is_said_in_the_open_is_found_in_a_recording",
            listening::in_the_open,
        ),
        case(
            "who_only_listens_hears_no_word_no_key_and_nothing_that_stays_the_same",
            listening::listening,
        ),
        case(
            "who_asks_at_every_port_hears_sixteen_new_bytes_and_silence",
            asking::asking,
        ),
        case(
            "an_announcement_said_again_by_a_stranger_gets_it_dialled_and_told_nothing",
            again::said_again,
        ),
        case(
            "story_37_under_a_flood_of_strangers_members_write_come_in_and_become_equal",
            flood::flood,
        ),
    ])
}
