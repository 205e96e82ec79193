//! The pictures both people compare. The table is part of the protocol: its order is frozen.

/// One picture and the word for it, spoken by a screen reader and typed on a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emoji {
    /// One character that every colour font draws without a variation selector.
    pub picture: char,
    /// An English noun of one word, of nobody else in the table.
    pub name: &'static str,
}

const fn e(picture: char, name: &'static str) -> Emoji {
    Emoji { picture, name }
}

/// Six bits each. Chosen so that no two are easily taken for each other, at a glance or by ear.
#[rustfmt::skip]
pub const TABLE: [Emoji; 64] = [
    e('🐶', "dog"), e('🐱', "cat"), e('🦁', "lion"), e('🐴', "horse"),
    e('🐷', "pig"), e('🐘', "elephant"), e('🐰', "rabbit"), e('🐼', "panda"),
    e('🐓', "rooster"), e('🐧', "penguin"), e('🐢', "turtle"), e('🐟', "fish"),
    e('🐙', "octopus"), e('🦋', "butterfly"), e('🐌', "snail"), e('🐝', "bee"),
    e('🌻', "sunflower"), e('🌳', "tree"), e('🌵', "cactus"), e('🍄', "mushroom"),
    e('🌍', "globe"), e('🌙', "moon"), e('🔥', "fire"), e('🌈', "rainbow"),
    e('⚡', "lightning"), e('🌊', "wave"), e('⭐', "star"), e('🍌', "banana"),
    e('🍎', "apple"), e('🍓', "strawberry"), e('🌽', "corn"), e('🍕', "pizza"),
    e('🎂', "cake"), e('🥕', "carrot"), e('🍋', "lemon"), e('🧀', "cheese"),
    e('🍇', "grapes"), e('🥚', "egg"), e('🤖', "robot"), e('🎩', "hat"),
    e('👓', "glasses"), e('🔧', "wrench"), e('⏰', "clock"), e('🎁', "gift"),
    e('💡', "lamp"), e('📖', "book"), e('📎', "paperclip"), e('🔑', "key"),
    e('🔨', "hammer"), e('🚂', "train"), e('🚲', "bicycle"), e('🚀', "rocket"),
    e('🏆', "trophy"), e('⚽', "ball"), e('🎸', "guitar"), e('🎺', "trumpet"),
    e('🔔', "bell"), e('⚓', "anchor"), e('🎧', "headphones"), e('📷', "camera"),
    e('🎈', "balloon"), e('👟', "shoe"), e('⛵', "boat"), e('🚪', "door"),
];

/// Four pictures: 24 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row([u8; 4]);

impl Row {
    /// The first 24 bits of a hash, six for each picture, the highest first.
    pub(super) fn of(hash: &blake3::Hash) -> Self {
        let [a, b, c, ..] = *hash.as_bytes();
        Self([
            a >> 2,
            (a << 4 | b >> 4) & 63,
            (b << 2 | c >> 6) & 63,
            c & 63,
        ])
    }

    /// As [`Self::of`], from random bits.
    pub(super) fn random(bits: u32) -> Self {
        Self([18, 12, 6, 0].map(|shift| (bits >> shift) as u8 & 63))
    }

    /// The pictures, in the order they are shown.
    pub fn pictures(&self) -> [Emoji; 4] {
        self.0.map(|at| TABLE[usize::from(at)])
    }

    /// In how many places two rows differ.
    pub(super) fn differs_in(&self, other: &Row) -> usize {
        self.0
            .iter()
            .zip(other.0)
            .filter(|(a, b)| **a != *b)
            .count()
    }
}
