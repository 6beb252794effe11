//! The program itself, run as its users run it: `modtag` in a folder of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use journeys::Engine;
use journeys::databases::fresh_postgres;
use tempfile::TempDir;

/// Who sits at the keyboard, as the audit log calls them.
pub const USER: &str = "lise";

/// The program that every world reads documents with. Panics when it is not built: a test that cannot run fails.
pub fn binary() -> PathBuf {
    let binary = journeys::world::program();
    assert!(
        binary.is_file(),
        "{} is not there: run `cargo build -p router` first, as tests/run does",
        binary.display()
    );
    binary
}

/// A folder with a configuration, and the environment that the program runs in.
pub struct Installation {
    /// The working folder.
    pub folder: TempDir,
    /// Address of the database server, when there is one.
    pub url: Option<String>,
    variables: Vec<(String, String)>,
}

/// What a command answered.
pub struct Said {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error: logs, and why it failed.
    pub err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("logs are UTF-8"),
        }
    }

    /// Standard output of a command that must succeed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self.out
    }

    /// Both outputs of a command that must fail with this code.
    #[track_caller]
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self.out + &self.err
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.ok()).expect("JSON")
    }
}

impl Installation {
    /// A folder with this text as `modtag.toml`; with none, no file.
    pub fn new(config: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(config) = config {
            std::fs::write(folder.path().join("modtag.toml"), config).expect("the configuration is written");
        }
        Self { folder, url: None, variables: vec![("USER".into(), USER.into())] }
    }

    /// The invented municipality of the cascade's corpus, on this engine.
    pub async fn sandby(engine: Engine, more: &str) -> Self {
        let head = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n\n[policy]\nfiles = [\"policy.toml\"]\n\n";
        let mut installation = Self::new(Some(&format!("{head}{more}")));
        installation.write("policy.toml", include_str!("../corpus/cascade/policy.toml"));
        if engine == Engine::Postgres {
            let url = fresh_postgres().await;
            installation.set("MODTAG_DATABASE__URL", &url);
            installation.url = Some(url);
        }
        installation
    }

    /// Sets a variable for every command from here on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in the folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(&path, content).expect("the file is written");
        path
    }

    /// The command, ready to run. Nothing of the tests' own environment reaches it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command
            .envs(std::env::vars().filter(|(name, _)| matches!(name.as_str(), "PATH" | "TMPDIR" | "HOME")));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().expect("the program runs"))
    }

    /// Starts a command that goes on; its standard error goes to a file.
    pub fn start(&self, arguments: &[&str], log: &str) -> Running {
        let log = std::fs::File::create(self.path(log)).expect("a log file");
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(log);
        Running(command.spawn().expect("the program starts"))
    }
}

/// A program that goes on; killed when nobody stopped it.
pub struct Running(Child);

impl Running {
    /// Asks it to stop, as a service manager does, and waits for it.
    pub fn stop(mut self) -> Option<i32> {
        let id = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("the signal is sent");
        self.0.wait().expect("it ends").code()
    }

    /// Has it ended by itself?
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
