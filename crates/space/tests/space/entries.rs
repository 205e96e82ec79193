//! The form every entry keeps, and what is refused before anybody asks who wrote it.

use crate::cast::*;
use skein_space::*;

fn draft(kind: Kind) -> Draft {
    Draft {
        chain: chain(0, 0, kind.log()),
        seq: 3,
        prev: EntryHash([1; 32]),
        kind,
        note: NoteId([1; 16]),
        session: 2,
        deps: vec![],
        wall_ms: -1,
    }
}

fn seal(draft: Draft) -> Result<Entry, EntryError> {
    Entry::seal(&cast()[0].signer, draft, vec![0, 0])
}

#[test]
fn entries_keep_the_form_of_their_kind() {
    seal(draft(Kind::Edit)).expect("a good edit");
    let bad: [(&str, Draft); 10] = [
        (
            "no number",
            Draft {
                seq: 0,
                ..draft(Kind::Edit)
            },
        ),
        (
            "first with previous",
            Draft {
                seq: 1,
                session: 0,
                ..draft(Kind::Session)
            },
        ),
        (
            "later without previous",
            Draft {
                prev: EntryHash::ZERO,
                ..draft(Kind::Edit)
            },
        ),
        (
            "edit without session",
            Draft {
                session: 0,
                ..draft(Kind::Edit)
            },
        ),
        (
            "edit of a later session",
            Draft {
                session: 3,
                ..draft(Kind::Edit)
            },
        ),
        (
            "edit of no note",
            Draft {
                note: NoteId::ZERO,
                ..draft(Kind::Edit)
            },
        ),
        ("session in a session", draft(Kind::Session)),
        (
            "edit in the roster log",
            Draft {
                chain: chain(0, 0, Log::Roster),
                ..draft(Kind::Edit)
            },
        ),
        (
            "member in the notes log",
            Draft {
                chain: chain(0, 0, Log::Notes),
                ..draft(Kind::Member)
            },
        ),
        (
            "member of a note",
            Draft {
                session: 0,
                ..draft(Kind::Member)
            },
        ),
    ];
    for (what, draft) in bad {
        assert!(matches!(seal(draft), Err(EntryError::Form(_))), "{what}");
    }
    let other = Entry::seal(&cast()[1].signer, draft(Kind::Edit), vec![]);
    assert_eq!(other, Err(EntryError::WrongSigner));
}

#[test]
fn a_sealer_s_deps_are_put_in_order_and_a_reader_insists_on_it() {
    let deps = vec![edit_ref(2, 0, 2), edit_ref(1, 0, 1), edit_ref(2, 0, 2)];
    let entry = seal(Draft {
        deps,
        ..draft(Kind::Edit)
    })
    .unwrap();
    assert_eq!(entry.header().deps.len(), 2);
    for change in [
        |deps: &mut Vec<EntryRef>| deps.swap(0, 1),
        |deps: &mut Vec<EntryRef>| deps[0] = deps[1],
    ] {
        let mut header = entry.header().clone();
        change(&mut header.deps);
        assert!(matches!(
            Header::decode(&header.encode()),
            Err(EntryError::Form(_))
        ));
    }
}

#[test]
fn at_most_512_deps_and_a_payload_of_one_mebibyte() {
    let deps = |count| (1..=count).map(|seq| edit_ref(1, 0, seq)).collect();
    let entry = seal(Draft {
        deps: deps(512),
        ..draft(Kind::Edit)
    })
    .expect("512 fit");
    assert_eq!(
        seal(Draft {
            deps: deps(513),
            ..draft(Kind::Edit)
        }),
        Err(EntryError::TooManyDeps)
    );
    let mut header = entry.header().clone();
    header.deps.push(edit_ref(1, 0, 513));
    header.deps.sort_unstable();
    assert_eq!(
        Header::decode(&header.encode()),
        Err(EntryError::TooManyDeps)
    );
    let full =
        Entry::seal(&cast()[0].signer, draft(Kind::Edit), vec![0; 1 << 20]).expect("1 MiB fits");
    assert_eq!(Entry::decode(&full.encode()), Ok(full));
    let over = Entry::seal(&cast()[0].signer, draft(Kind::Edit), vec![0; (1 << 20) + 1]);
    assert_eq!(over, Err(EntryError::PayloadTooLarge));
}

#[test]
fn an_unknown_format_is_named_and_an_unknown_kind_is_kept() {
    let entry = seal(draft(Kind::Edit)).unwrap();
    let mut header = entry.header().encode();
    header[0] = 2;
    assert_eq!(Header::decode(&header), Err(EntryError::UnknownFormat(2)));
    for code in [0, 4, 5, 6, 127, 128, 255] {
        let entry = seal(draft(Kind::from_code(code))).unwrap();
        let read = Entry::decode(&entry.encode()).unwrap();
        assert_eq!(read.header().kind.code(), code);
        assert_eq!(read.header().kind.touches_content(), code < 128);
    }
}

#[test]
fn a_payload_that_is_not_the_one_named_is_refused() {
    let entry = seal(draft(Kind::Edit)).unwrap();
    let swapped = Entry::from_parts(entry.header().clone(), vec![0, 1], *entry.sig());
    assert_eq!(swapped, Err(EntryError::WrongPayload));
    let same = Entry::from_parts(entry.header().clone(), vec![0, 0], *entry.sig());
    assert_eq!(same, Ok(entry));
}

#[test]
fn names_are_at_most_256_bytes() {
    let device = &cast()[1];
    let sign = |name: &str| {
        Statement::sign(
            &device.root.transport_signer(),
            &space(),
            &device.key,
            name,
            name,
        )
    };
    assert!(sign(&"ü".repeat(128)).is_ok());
    assert_eq!(sign(&"x".repeat(257)), Err(Broken::TextTooLong));
    let statement = sign(&"x".repeat(256)).expect("just fits");
    let member = Member::SetRole {
        subject: key(1),
        role: Role::Editor,
        statement,
    };
    let bytes = member.encode().expect("a member of such a name");
    assert_eq!(Member::decode(&bytes), Ok(member), "and is read again");
}

#[test]
fn a_member_payload_has_one_form() {
    let mut unsorted = vec![edit_ref(1, 0, 1), edit_ref(2, 0, 1)];
    unsorted.sort_unstable();
    unsorted.reverse();
    let member = |cuts| Member::Lower {
        subject: key(1),
        role: None,
        cuts,
    };
    assert_eq!(member(unsorted.clone()).encode(), Err(MemberError::Form));
    unsorted[1] = EntryRef {
        seq: 2,
        ..unsorted[0]
    };
    assert_eq!(
        member(unsorted).encode(),
        Err(MemberError::Form),
        "two cuts of one chain"
    );
    assert_eq!(
        member(vec![edit_ref(1, 0, 0)]).encode(),
        Err(MemberError::Form),
        "nothing has number 0"
    );
    let owner = Member::Lower {
        subject: key(1),
        role: Some(Role::Owner),
        cuts: vec![],
    };
    assert_eq!(owner.encode(), Err(MemberError::Role));
    let mut bytes = member(vec![]).encode().unwrap();
    bytes[33] = 3;
    assert_eq!(Member::decode(&bytes), Err(MemberError::Role));
    bytes[0] = 4;
    assert_eq!(Member::decode(&bytes), Err(MemberError::UnknownOp(4)));
}
