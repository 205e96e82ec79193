//! Announcements handed on at a bounded pace, of each device the newest.
//!
//! The daemon tells of an announcement once, when it changed: one that is dropped is not heard again for
//! minutes, and two devices that join at the same moment would not find each other. So what is too much
//! for this second waits. Pure: the time comes in as an argument.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Heard;
use crate::config;

const SECOND: Duration = Duration::from_secs(1);

/// Announcements that wait, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Pace {
    waiting: VecDeque<Heard>,
    /// When the running second began, and how many were handed on in it.
    second: Option<Instant>,
    taken: u32,
}

impl Pace {
    /// Puts an announcement in place of an older one of the same name, else behind the others. Where as
    /// many wait as are remembered at all, it is dropped: only a flood is as much.
    pub(super) fn put(&mut self, heard: Heard) {
        let same = |old: &&mut Heard| old.instance == heard.instance;
        if let Some(old) = self.waiting.iter_mut().find(same) {
            *old = heard;
        } else if self.waiting.len() < config::ANNOUNCEMENTS_MAX {
            self.waiting.push_back(heard);
        }
    }

    /// That one is no longer true.
    pub(super) fn gone(&mut self, instance: &str) {
        self.waiting.retain(|heard| heard.instance != instance);
    }

    /// When the next may be handed on, if one waits.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.waiting.front()?;
        match self.second {
            Some(second) if self.taken >= config::ANNOUNCEMENTS_PER_SECOND => Some(second + SECOND),
            _ => Some(now),
        }
    }

    /// The next one, if it is time.
    pub(super) fn take(&mut self, now: Instant) -> Option<Heard> {
        if self.second.is_none_or(|second| now >= second + SECOND) {
            self.second = Some(now);
            self.taken = 0;
        }
        if self.taken >= config::ANNOUNCEMENTS_PER_SECOND {
            return None;
        }
        let heard = self.waiting.pop_front()?;
        self.taken += 1;
        Some(heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Announcement;
    use crate::discovery::Txt;

    fn heard(instance: usize, port: u16) -> Heard {
        Heard {
            instance: instance.to_string(),
            addresses: vec![([10, 0, 0, 1], port).into()],
            txt: Txt::make(&Announcement::default(), &mut |bytes| bytes.fill(0)),
        }
    }

    #[test]
    fn what_is_too_much_for_a_second_comes_in_the_next_and_of_each_name_the_newest() {
        let now = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.next(now), None);
        for port in [1, 2] {
            for instance in 0..50 {
                pace.put(heard(instance, port));
            }
        }
        let mut second = |at| std::iter::from_fn(|| pace.take(at)).collect::<Vec<_>>();
        let first = second(now);
        assert_eq!(first.len(), config::ANNOUNCEMENTS_PER_SECOND as usize);
        assert_eq!(second(now + SECOND / 2), []);
        let rest = [second(now + SECOND), second(now + 2 * SECOND)].concat();
        let all = [first, rest].concat();
        let expected: Vec<Heard> = (0..50).map(|instance| heard(instance, 2)).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn a_flood_is_dropped_and_what_went_is_not_told() {
        let now = Instant::now();
        let mut pace = Pace::default();
        for instance in 0..1000 {
            pace.put(heard(instance, 1));
        }
        pace.gone("0");
        assert_eq!(pace.take(now), Some(heard(1, 1)));
        let mut left = 0;
        for second in 1..100 {
            while pace.take(now + second * SECOND).is_some() {
                left += 1;
            }
        }
        assert_eq!(left, config::ANNOUNCEMENTS_MAX - 2);
    }
}
