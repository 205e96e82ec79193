//! Embeds the built page and declares which commands the page may call.

/// Every command of `src/commands`; anything else is refused by Tauri before it reaches our code.
const COMMANDS: &[&str] = &[
    "overview",
    "list_notes",
    "new_note",
    "open_note",
    "push",
    "close_note",
    "set_presence",
    "note_status",
    "invite",
    "save_ticket",
    "choose_ticket",
    "dropped_ticket",
    "read_ticket",
    "join",
    "new_space",
    "rename_space",
    "change_role",
    "set_aside",
    "take_in",
    "recover_space",
    "leaving",
    "leave_space",
    "move_note",
    "open_invitation",
    "open_own_invitation",
    "invitation",
    "pick_row",
    "close_invitation",
    "nearby",
    "ask_to_join",
    "await_welcome",
    "open_joined",
    "leave_joining",
    "members",
    "add_peer",
    "diagnose",
    "set_offline",
    "open_link",
    "take_over",
    "background",
    "set_keep_syncing",
    "set_at_login",
    "key",
    "move_key",
    "call_off_moving_key",
    "echo_bytes",
];

fn main() {
    let page = std::path::Path::new("../ui/dist/index.html");
    assert!(
        page.exists(),
        "the page is not built yet: run `cargo xtask run`, or `npm ci && npm run build` in ui/"
    );
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("tauri.conf.json is readable");
}
