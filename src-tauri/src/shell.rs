//! The program's life: opening the profile, or bringing forward the window that has it; ending without losing a letter.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use skein_app::control::{Client, Request};
use skein_app::profile::{self, HolderKind, Missing};
use skein_app::{App, Code, Fault, GivenNames, Network, Options};
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};

use crate::args::Args;
use crate::autostart::Autostart;
use crate::background::{self, AfterClose};
use crate::config::{LAST_PUSH, LETTING_GO, LOOK_AGAIN, TRAY_GRACE};
use crate::dialogs::{self, Dialogs};
use crate::tray::{self, Tray};
use crate::{commands, events, window};

/// What the window stands on.
enum Ground {
    Open(App),
    /// The profile could not be opened; the page shows why.
    Closed(Fault),
}

/// The shell's state: the app, once the profile is open.
pub struct Shell {
    options: Options,
    ground: Mutex<Ground>,
    handle: Mutex<Option<AppHandle>>,
    /// Where this system can start programs at login.
    autostart: Option<Autostart>,
    /// The window is hidden and what becomes of it is not decided yet; taken back when it is wanted again.
    closing: AtomicBool,
}

impl Shell {
    /// The app, or the sentence that says why there is none.
    pub fn app(&self) -> Result<App, Fault> {
        match &*self.ground.lock().expect("nobody panics holding it") {
            Ground::Open(app) => Ok(app.clone()),
            Ground::Closed(fault) => Err(fault.clone()),
        }
    }

    fn stand_on(&self, app: App) {
        if let Some(handle) = self
            .handle
            .lock()
            .expect("nobody panics holding it")
            .clone()
        {
            attend(&handle, &app);
        }
        *self.ground.lock().expect("nobody panics holding it") = Ground::Open(app);
    }

    /// Starting at login, where this system can.
    pub fn autostart(&self) -> Option<&Autostart> {
        self.autostart.as_ref()
    }

    /// Somebody wants the window: it is not closing any more.
    pub fn stay_open(&self) {
        self.closing.store(false, Ordering::SeqCst);
    }

    /// Opens the profile here, where that failed at first; ends the headless peer that holds it, if one does.
    pub async fn take_over(&self) -> Result<(), Fault> {
        let Err(fault) = self.app() else {
            return Ok(());
        };
        if fault.code == Code::Held {
            ask_holder(&self.options, &Request::Stop).await?;
        }
        // It says goodbye to its peers and closes its database before it lets go.
        let deadline = Instant::now() + LETTING_GO;
        loop {
            match App::open(self.options.clone()).await {
                Ok(app) => {
                    self.stand_on(app);
                    return Ok(());
                }
                Err(error) => {
                    let fault = Fault::from(error);
                    if fault.code != Code::Held || Instant::now() > deadline {
                        return Err(fault);
                    }
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
            }
        }
    }
}

/// What a start comes to.
enum Begun {
    /// This process shows the window.
    Here(Ground),
    /// A window that has the profile already came to the front.
    Elsewhere,
}

/// Opens the profile. The lock is the profile's own, so two profiles on one machine are two programs; of one profile the
/// second start brings the first's window forward. A first one that is just starting or just ending is waited for.
async fn begin(options: &Options, hidden: bool) -> Begun {
    let deadline = Instant::now() + LETTING_GO;
    loop {
        let fault = match App::open(options.clone()).await {
            Ok(app) => return Begun::Here(Ground::Open(app)),
            Err(error) => Fault::from(error),
        };
        let holder = profile::holder(&options.profile).map(|holder| holder.kind);
        let headless = holder == Some(HolderKind::Run);
        if fault.code != Code::Held || headless || Instant::now() > deadline {
            return Begun::Here(Ground::Closed(fault));
        }
        // At login nobody asked for a window: one that is there already may stay as it is.
        let settled = match hidden {
            true => holder.is_some(),
            false => ask_holder(options, &Request::Raise).await.is_ok(),
        };
        if settled {
            return Begun::Elsewhere;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Runs the program until it is quit.
pub fn run(args: Args) -> ExitCode {
    let (place, hidden) = (args.place, args.hidden);
    let autostart = Autostart::of(args.profile.as_deref(), &args.kept());
    let options = match options(args) {
        Ok(options) => options,
        Err(fault) => return refuse(&fault, 2),
    };
    let ground = match tauri::async_runtime::block_on(begin(&options, hidden)) {
        Begun::Here(ground) => ground,
        Begun::Elsewhere => return ExitCode::SUCCESS,
    };
    if let Ground::Closed(fault) = &ground {
        eprintln!("skein-desktop: {fault}");
    }
    // Why notes are closed is for the person to read.
    let hidden = hidden && matches!(ground, Ground::Open(_));
    let shell = Shell {
        options,
        ground: Mutex::new(ground),
        handle: Mutex::new(None),
        autostart,
        closing: AtomicBool::new(false),
    };
    let built = tauri::Builder::default()
        .manage(shell)
        .manage(Tray::default())
        .manage(Dialogs::default())
        .invoke_handler(tauri::generate_handler![
            commands::overview,
            commands::list_notes,
            commands::new_note,
            commands::open_note,
            commands::push,
            commands::close_note,
            commands::set_presence,
            commands::note_status,
            commands::invite,
            commands::tickets::save_ticket,
            commands::tickets::choose_ticket,
            commands::tickets::dropped_ticket,
            commands::tickets::read_ticket,
            commands::join,
            commands::new_space,
            commands::rename_space,
            commands::change_role,
            commands::set_aside,
            commands::take_in,
            commands::recover_space,
            commands::leaving,
            commands::leave_space,
            commands::move_note,
            commands::open_invitation,
            commands::open_own_invitation,
            commands::invitation,
            commands::pick_row,
            commands::close_invitation,
            commands::nearby,
            commands::ask_to_join,
            commands::await_welcome,
            commands::open_joined,
            commands::leave_joining,
            commands::members,
            commands::add_peer,
            commands::diagnose,
            commands::set_offline,
            commands::open_link,
            commands::take_over,
            commands::background,
            commands::set_keep_syncing,
            commands::set_at_login,
            commands::key,
            commands::move_key,
            commands::call_off_moving_key,
            commands::echo_bytes,
        ])
        .setup(move |tauri| {
            let handle = tauri.handle().clone();
            let shell = tauri.state::<Shell>();
            *shell.handle.lock().expect("nobody panics holding it") = Some(handle.clone());
            if let Ok(app) = shell.app() {
                attend(&handle, &app);
            }
            window::open(&handle, place, hidden)?;
            tauri::async_runtime::spawn(stay_in_sight(handle));
            Ok(())
        })
        .on_window_event(|window, event| match event {
            WindowEvent::CloseRequested { api, .. } => {
                // Hidden, the page hands over what it has not pushed yet.
                api.prevent_close();
                let _ = window.hide();
                let handle = window.app_handle().clone();
                tauri::async_runtime::spawn(close(handle));
            }
            WindowEvent::DragDrop(event) => dialogs::dragged(window.app_handle(), event),
            _ => {}
        })
        .build(tauri::generate_context!());
    match built {
        Ok(program) => {
            program.run(|handle, event| match event {
                RunEvent::Exit => {
                    if let Ok(app) = handle.state::<Shell>().app() {
                        tauri::async_runtime::block_on(app.close());
                    }
                }
                // The icon in the Dock.
                #[cfg(target_os = "macos")]
                RunEvent::Reopen { .. } => window::raise(handle),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!(
                "skein-desktop: the window could not be opened ({error}); your notes are untouched"
            );
            ExitCode::FAILURE
        }
    }
}

/// Tells window and tray what happens from now on.
fn attend(handle: &AppHandle, app: &App) {
    tauri::async_runtime::spawn(events::pass_on(handle.clone(), app.subscribe()));
    tauri::async_runtime::spawn(tray::follow(handle.clone(), app.clone(), app.subscribe()));
    // Only now: notes that are closed are not kept in step, and an icon would say that they are.
    let on_main = handle.clone();
    if let Err(error) = handle.run_on_main_thread(move || tray::begin(&on_main)) {
        tracing::warn!("the tray was not begun: {error}");
    }
}

/// The window was closed: Skein goes on without it, or ends in order.
async fn close(handle: AppHandle) {
    let shell = handle.state::<Shell>();
    shell.closing.store(true, Ordering::SeqCst);
    tokio::time::sleep(LAST_PUSH).await;
    if !shell.closing.swap(false, Ordering::SeqCst) {
        // Started again in that moment: the window is back.
        return;
    }
    let Ok(app) = shell.app() else {
        handle.exit(0);
        return;
    };
    // An app that does not answer has ended; there is nothing to go on.
    let said = app.keep_syncing().await.unwrap_or(Some(false));
    match background::after_close(said, handle.state::<Tray>().seen()) {
        AfterClose::Quit => handle.exit(0),
        AfterClose::Stay => {
            // Nobody looks at what these wait for; and while they are open this device listens for strangers.
            let _ = app.close_invitation().await;
            let _ = app.leave_joining().await;
        }
    }
}

/// Ends everything, after the window's last letters.
pub fn quit(handle: AppHandle) {
    if let Some(window) = handle.get_webview_window(window::LABEL) {
        let _ = window.hide();
    }
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(LAST_PUSH).await;
        handle.exit(0);
    });
}

/// Opens the window where nothing else shows any more that Skein runs.
async fn stay_in_sight(handle: AppHandle) {
    let tray = handle.state::<Tray>();
    let mut changes = tray.changes();
    loop {
        let visible = || window::is_visible(&handle);
        if background::must_show(visible(), tray.seen()) {
            tokio::time::sleep(TRAY_GRACE).await;
            let closing = handle.state::<Shell>().closing.load(Ordering::SeqCst);
            if !closing && background::must_show(visible(), tray.seen()) {
                tracing::info!("nothing shows the tray's icon: the window is opened");
                window::raise(&handle);
            }
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

fn options(args: Args) -> Result<Options, Fault> {
    let network = Network {
        listen: args.listen,
        discovery: !args.no_discovery,
        gossip: !args.no_gossip,
        offline: args.offline,
    };
    Ok(Options {
        profile: args.profile.map_or_else(profile::default_dir, Ok)?,
        holder: HolderKind::Window,
        missing: Missing::Create,
        network: Some(network),
        control: true,
        names: GivenNames::default(),
    })
}

/// Asks the process that holds the profile for something, over its control socket.
async fn ask_holder(options: &Options, request: &Request) -> Result<(), Fault> {
    Client::connect(&options.profile)
        .await?
        .ask(request)
        .await
        .map(|_| ())
}

fn refuse(fault: &Fault, code: u8) -> ExitCode {
    eprintln!("skein-desktop: {fault}");
    ExitCode::from(code)
}
