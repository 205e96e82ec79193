//! Killing with -9, again and again, at moments drawn from a seed: what was called saved is there
//! after every start, and whoever was killed half-way through joining can try again.
//!
//! `SKEIN_KILLS` and `SKEIN_JOIN_KILLS` say how often, `SKEIN_SEED` which moments.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use skein_integration::chance::Chance;
use skein_integration::ground::Ground;
use skein_integration::length::times;
use skein_integration::network::Network;
use skein_integration::peer::{COMMAND, Peer};
use skein_integration::process::Running;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;
use skein_integration::writer::{Writer, assert_holds};

fn main() -> ExitCode {
    let case = |name, action| Case {
        name,
        needs: Needs::Loopback,
        action,
    };
    trial::main(vec![
        case(
            "acknowledged_edits_survive_kill_9_at_any_moment",
            while_writing,
        ),
        case(
            "joining_by_ticket_survives_kill_9_at_any_moment",
            while_joining,
        ),
    ])
}

/// Words of a stream of edits that takes longer than its writer lives.
const STREAM: usize = 4000;
/// Words after which a note is full and the next one begins: with as many entries it has had
/// several snapshots, and comparing it does not take longer than the kill.
const FULL: usize = 2200;
/// A snapshot is due after so many entries of a note (`SNAPSHOT_ENTRIES` of the engine).
const SNAPSHOT_ENTRIES: usize = 500;
/// Kills of one device before another begins: `verify` looks at every entry.
const LIVES: usize = 100;
/// Longest time a writer lives, where its end is drawn as a time.
const LIFE: Duration = Duration::from_millis(400);
/// The same of a joiner: about as long as joining takes.
const JOIN_LIFE: Duration = Duration::from_millis(250);

/// A note and every word of it that was called saved.
struct Book {
    note: String,
    words: Vec<String>,
}

/// Who is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Peer,
    Command,
    Both,
}

/// Ana, who is killed, and Ben, who is not and hears what she writes.
struct Loop {
    ana: Peer,
    ben: Peer,
    space: String,
    chance: Chance,
    books: Vec<Book>,
    kills: usize,
}

fn while_writing(ground: &Ground) {
    let kills = times("SKEIN_KILLS", 25, 1000);
    let began = Instant::now();
    let mut chance = Chance::said_aloud();
    let (mut killed, mut saved) = (0, 0);
    while killed < kills {
        let mut life = Loop::begin(ground, chance);
        let device = life.ana.device();
        while life.kills < LIVES.min(kills - killed) {
            life.write_until_killed();
            life.all_is_there();
        }
        assert_eq!(life.ana.device(), device);
        let verified = life.end();
        killed += life.kills;
        let words: usize = life.books.iter().map(|book| book.words.len()).sum();
        saved += words;
        tell(format!(
            "{killed} kills, {saved} acknowledged edits, none lost ({:.0} s; verify of the last {words} {:.1} s)",
            began.elapsed().as_secs_f32(),
            verified.as_secs_f32()
        ));
        chance = life.chance;
    }
}

impl Loop {
    fn begin(ground: &Ground, chance: Chance) -> Loop {
        let network = Network::new(ground);
        let mut ana = Peer::new(network.host("ana"), "Ana");
        let mut ben = Peer::new(network.host("ben"), "Ben");
        ana.start(&[]);
        let space = ana.text_of(&["space", "new", "Kept"], "space");
        let ticket = ana.text_of(&["space", "invite", &space], "ticket");
        ben.json(&["space", "join", &ticket]);
        ben.start(&[]);
        ana.stop();
        Loop {
            ana,
            ben,
            space,
            chance,
            books: Vec::new(),
            kills: 0,
        }
    }

    /// The note that is being written.
    fn book(&mut self) -> usize {
        if self.books.last().is_none_or(|book| book.words.len() > FULL) {
            let title = format!("Book {}", self.books.len());
            let new = ["note", "new", "--title", &title, "--space", &self.space];
            let note = self.ana.text_of(&new, "note");
            let words = Vec::new();
            self.books.push(Book { note, words });
        }
        self.books.len() - 1
    }

    /// Starts the peer and a writer, kills one or both, and keeps what was called saved.
    fn write_until_killed(&mut self) {
        let at = self.book();
        let (note, have) = (self.books[at].note.clone(), self.books[at].words.len());
        self.ana.launch(&[]);
        // Sometimes the writer comes first, and holds the profile itself.
        if self.chance.below(4) > 0 {
            self.ana.ready();
        }
        let tag = format!("k{}w", self.kills);
        let mut writer = Writer::start(&self.ana, &note, &tag, STREAM, &[]);
        self.wait_for_the_moment(&mut writer, have);
        let victim = match self.chance.below(5) {
            0 => Victim::Command,
            1 => Victim::Both,
            _ => Victim::Peer,
        };
        match victim {
            Victim::Peer => self.ana.kill9(),
            Victim::Command => writer.running.kill9(),
            Victim::Both => {
                self.ana.kill9();
                writer.running.kill9();
            }
        }
        // A writer that held the profile itself outlives the peer: it is killed a little later.
        let life = self.chance.time(LIFE);
        if writer.running.ends_within(COMMAND.min(life)).is_none() {
            writer.running.kill9();
        }
        self.books[at].words.extend(writer.acknowledged());
        if matches!(victim, Victim::Command) {
            // What the live peer shows, before it goes too.
            if self.chance.below(2) == 0 {
                assert_holds(&self.ana.text(&note), &self.books[at].words);
            }
            self.ana.kill9();
        }
        self.kills += 1;
    }

    /// Waits for a drawn time, a drawn number of answers, or the answers about the next snapshot.
    fn wait_for_the_moment(&mut self, writer: &mut Writer, have: usize) {
        let enough = match self.chance.below(3) {
            0 => {
                // Nothing is waited for: the moment of the kill itself is drawn.
                std::thread::sleep(self.chance.time(LIFE));
                return;
            }
            1 => self.chance.below(300) as usize,
            _ => {
                let due = SNAPSHOT_ENTRIES - have % SNAPSHOT_ENTRIES;
                (due + self.chance.below(24) as usize).saturating_sub(4)
            }
        };
        until("edits are acknowledged", COMMAND, || {
            (writer.count() >= enough || writer.running.ended().is_some()).then_some(())
        });
    }

    /// After the kill: the note that was written and one before it hold every word called saved.
    fn all_is_there(&mut self) {
        let before = self.chance.below(self.books.len() as u64) as usize;
        for at in [self.books.len() - 1, before] {
            let book = &self.books[at];
            assert_holds(&self.ana.text(&book.note), &book.words);
        }
    }

    /// All meet; every note is the same on both and holds every word; nothing is damaged. Gives how long
    /// it took to find that out on the killed device.
    fn end(&mut self) -> Duration {
        let ready = self.ana.start(&[]);
        // On loopback nobody is found by announcement.
        let address = ready["listen"][0].as_str().expect("an address");
        self.ben.json(&["peer", "add", address]);
        self.ana.wait_equal(1);
        for book in &self.books {
            assert_holds(&self.ana.text(&book.note), &book.words);
            assert_eq!(self.ana.hash(&book.note), self.ben.hash(&book.note));
        }
        self.ana.stop();
        self.ben.stop();
        let began = Instant::now();
        self.ana.verify_clean();
        let verified = began.elapsed();
        self.ben.verify_clean();
        verified
    }
}

/// Kills of each joiner before it may finish.
const KILLS_EACH: usize = 3;
/// Joiners of one space before another is made, so that its roster stays that of a few people.
const JOINERS: usize = 6;

fn while_joining(ground: &Ground) {
    let kills = times("SKEIN_JOIN_KILLS", 15, 300);
    let began = Instant::now();
    let mut chance = Chance::said_aloud();
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    ana.start(&[]);
    let joiners = kills.div_ceil(KILLS_EACH);
    let mut inside = 0;
    let (mut space, mut note, mut words) = Default::default();
    for joiner in 0..joiners {
        if joiner % JOINERS == 0 {
            (space, note, words) = new_space(&ana, joiner);
        }
        let ticket = ana.text_of(&["space", "invite", &space], "ticket");
        let ben = Peer::new(network.host(&format!("b{}", joiner % 200)), "Ben");
        let own = ben.text_of(&["note", "new", "--title", "Own"], "note");
        let kept = Writer::start(&ben, &own, "own", 5, &[]).finish();
        let device = ben.device();
        for _ in 0..KILLS_EACH {
            inside += usize::from(kill_joining(&mut ana, &ben, &ticket, &mut chance, ground));
            assert_eq!(ben.device(), device, "the same device as before");
            assert_holds(&ben.text(&own), &kept);
        }
        let joined = ben.json(&["space", "join", &ticket]);
        assert_eq!(joined["space"], space.as_str());
        assert_holds(&ben.text(&note), &words);
        assert_eq!(ben.hash(&note), ana.hash(&note));
        assert_holds(&ben.text(&own), &kept);
        ben.verify_clean();
        let members = ana.json(&["space", "members", &space]);
        let ours = members.as_array().expect("a list").iter();
        let times = ours
            .filter(|member| member["device"] == device.as_str())
            .count();
        assert_eq!(times, 1, "{members}");
    }
    ana.stop();
    ana.verify_clean();
    tell(format!(
        "{} kills of {joiners} joiners, {inside} of them before they were done; all joined ({:.0} s)",
        joiners * KILLS_EACH,
        began.elapsed().as_secs_f32()
    ));
}

/// A space with a note that takes a moment to fetch.
fn new_space(ana: &Peer, number: usize) -> (String, String, Vec<String>) {
    let space = ana.text_of(&["space", "new", &format!("Space {number}")], "space");
    let note = ana.text_of(
        &["note", "new", "--title", "Long", "--space", &space],
        "note",
    );
    let words = Writer::start(ana, &note, "long", 700, &[]).finish();
    (space, note, words)
}

/// Kills the joiner at a drawn moment, and now and then the inviter too. Says whether the joiner
/// was still at it.
fn kill_joining(
    ana: &mut Peer,
    ben: &Peer,
    ticket: &str,
    chance: &mut Chance,
    ground: &Ground,
) -> bool {
    let mut joining = Running::start(&mut ben.command(&["--json", "space", "join", ticket]));
    // Nothing is waited for: the moment of the kill itself is drawn.
    std::thread::sleep(chance.time(JOIN_LIFE));
    let at_it = joining.ended().is_none();
    // On loopback a joiner finds an inviter that was started again only by its announcement.
    if ground.has_namespaces() && chance.below(3) == 0 {
        ana.kill9();
        joining.kill9();
        ana.start(&[]);
    } else {
        joining.kill9();
    }
    at_it
}
