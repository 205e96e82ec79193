//! What this platform's web view needs told, all in one place.

/// Release builds cannot be driven: only a build with feature `e2e` starts while automation is asked for.
///
/// # Errors
/// A sentence for the person who tried.
pub fn refuse_automation() -> Result<(), &'static str> {
    let asked = std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
    if asked && !cfg!(feature = "e2e") {
        return Err(
            "TAURI_WEBVIEW_AUTOMATION is set, and this build does not let itself be driven; your notes are untouched",
        );
    }
    Ok(())
}

/// WebKitGTK's DMABUF renderer leaves windows blank on some drivers, in virtual machines and without a GPU. Where
/// nothing is set and no render node is there to use, we start ourselves once more with it switched off:
/// changing the environment of a running process is unsafe.
#[cfg(target_os = "linux")]
pub fn restart_with_known_good_renderer() {
    use std::os::unix::process::CommandExt;

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(SWITCH).is_some() || !renderer_is_known_bad() {
        return;
    }
    let Ok(own) = std::env::current_exe() else {
        return;
    };
    let error = std::process::Command::new(own)
        .args(std::env::args_os().skip(1))
        .env(SWITCH, "1")
        .exec();
    // Still here: go on with what there is, a blank window is unlikely everywhere else.
    eprintln!("skein-desktop: could not start again with {SWITCH}=1: {error}");
}

/// No render node at all, or NVIDIA's own driver: the two known bad cases that can be told without trying.
#[cfg(target_os = "linux")]
fn renderer_is_known_bad() -> bool {
    let no_node = std::fs::read_dir("/dev/dri")
        .map(|nodes| {
            !nodes
                .flatten()
                .any(|n| n.file_name().to_string_lossy().starts_with("renderD"))
        })
        .unwrap_or(true);
    no_node || std::path::Path::new("/sys/module/nvidia").exists()
}

/// Other platforms have no such trouble.
#[cfg(not(target_os = "linux"))]
pub fn restart_with_known_good_renderer() {}

/// Input methods show what is being composed, and spelling is checked: wry leaves both off.
#[cfg(target_os = "linux")]
pub fn tune(window: &tauri::WebviewWindow) {
    use webkit2gtk::{InputMethodContextExt, WebContextExt, WebViewExt};

    let tuned = window.with_webview(|view| {
        let view = view.inner();
        if let Some(input) = view.input_method_context() {
            input.set_enable_preedit(true);
        }
        if let Some(context) = view.context() {
            context.set_spell_checking_enabled(true);
            let locale = std::env::var("LANG").unwrap_or_default();
            let language = locale
                .split('.')
                .next()
                .filter(|l| l.len() >= 2 && *l != "C" && *l != "POSIX");
            context.set_spell_checking_languages(&[language.unwrap_or("en_US")]);
        }
    });
    if let Err(error) = tuned {
        tracing::warn!("the web view could not be tuned: {error}");
    }
}

/// Other platforms need nothing.
#[cfg(not(target_os = "linux"))]
pub fn tune(_window: &tauri::WebviewWindow) {}
