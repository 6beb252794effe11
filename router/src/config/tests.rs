//! The default file is complete, and a corpus of faulty files with what is said about each.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeTable;

use super::*;

fn sources(folder: &Path, environment: &[(&str, &str)]) -> Sources {
    Sources {
        file: None,
        working_folder: folder.to_owned(),
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect(),
    }
}

/// Loads a file with this text in a folder of its own.
fn load(text: &str, environment: &[(&str, &str)]) -> (tempfile::TempDir, Result<Config, Faults>) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(USUAL_FILE), text).expect("written");
    let config = Config::load(&sources(folder.path(), environment));
    (folder, config)
}

#[test]
fn the_default_file_is_complete_and_loads() {
    // No field has a default of its own and no unknown key is allowed, so loading proves both directions.
    let config = Config::defaults(Path::new("/srv/modtag")).expect("the default file loads");
    assert_eq!(config.authority.cvr, None);
    assert_eq!(config.data.folder, Path::new("/srv/modtag/modtag-data"));
    assert_eq!(config.content.folder, Path::new("/srv/modtag/modtag-data/content"));
    assert_eq!(config.keys.file, Path::new("/srv/modtag/modtag-data/modtag.keys"));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.effects.longest_retry, Duration::from_secs(4 * 3_600));
    assert_eq!(config.journal.default_sensitivity, Sensitivity::Confidential);
    assert_eq!(config.alarms.unjournaled, Duration::from_secs(24 * 3_600));
    assert!(config.intake.push.allow.iter().all(|network| network.addr().is_loopback()));
    assert!(
        matches!(config.database(), Ok(DatabaseLocation::Sqlite(file)) if file.ends_with("modtag-data/modtag.db"))
    );
    assert!(config.contradictions().is_empty());
}

#[test]
fn every_key_and_section_of_the_default_file_has_a_comment_above_it() {
    let mut above = "";
    for line in DEFAULT_FILE.lines() {
        if !line.is_empty() && !line.starts_with('#') {
            assert!(above.starts_with("# "), "no comment above: {line}");
        }
        above = line;
    }
}

#[test]
fn every_secret_of_the_environment_has_a_file_key_and_is_named_in_its_comment() {
    let defaults = DeTable::parse(DEFAULT_FILE).expect("the default file is TOML");
    let keys = shape::keys(defaults.get_ref());
    for secret in shape::SECRETS {
        assert!(keys.iter().any(|key| key.name == format!("{secret}_file")), "{secret}_file");
        assert!(DEFAULT_FILE.contains(&sources::variable_of(secret)), "{secret} in a comment");
    }
}

#[test]
fn the_last_source_wins() {
    let text = "[log]\nlevel = \"warn\"\nformat = \"json\"\n[intake.push]\nallow = [\"10.1.0.0/16\"]\n";
    let variables = [
        ("MODTAG_LOG__LEVEL", "debug"),
        ("MODTAG_INTAKE__PUSH__ENABLED", "false"),
        ("MODTAG_WORK__WORKERS", "8"),
        ("MODTAG_AUTHORITY__OTHER_CVRS", "11111111, 22222222"),
        // What a container platform adds for a service called modtag.
        ("MODTAG_PORT", "tcp://10.0.0.1:80"),
        ("MODTAG_SERVICE_HOST", "10.0.0.1"),
    ];
    let (_folder, config) = load(text, &variables);
    let config = config.expect("loads");
    assert_eq!(config.log.level, "debug");
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(!config.intake.push.enabled);
    assert_eq!(config.intake.push.allow, ["10.1.0.0/16".parse::<ipnet::IpNet>().expect("a network")]);
    assert_eq!(config.work.workers, 8);
    assert!(config.authority.receives("22222222") && !config.authority.receives("33333333"));
    assert_eq!(config.origin("log.level"), Place::Environment("MODTAG_LOG__LEVEL".to_owned()));
    assert_eq!(config.origin("log.format"), Place::File { path: PathBuf::from(USUAL_FILE), line: 3 });
    assert_eq!(config.origin("data.folder"), Place::Defaults);
    assert_eq!(config.variables().count(), 4);
}

#[test]
fn paths_start_where_they_are_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let etc = folder.path().join("etc");
    fs::create_dir(&etc).expect("made");
    let text = "[policy]\nfiles = [\"regler.toml\"]\n[intake.folder]\npath = \"ind\"\n\
                [database]\nurl = \"sqlite:post.db\"\n[content]\nfolder = \"/lager\"\n";
    fs::write(etc.join("kommune.toml"), text).expect("written");
    let mut sources = sources(folder.path(), &[("MODTAG_KEYS__FILE", "nøgler")]);
    sources.file = Some(PathBuf::from("etc/kommune.toml"));
    let config = Config::load(&sources).expect("loads");
    assert_eq!(config.policy.files, [etc.join("regler.toml")]);
    assert_eq!(config.intake.folder.path, Some(etc.join("ind")));
    assert_eq!(config.intake.folder.done_folder, Some(etc.join("ind/modtaget")));
    assert_eq!(config.content.folder, Path::new("/lager"));
    assert_eq!(config.keys.file, folder.path().join("nøgler"));
    assert_eq!(config.data.folder, folder.path().join("modtag-data"));
    assert!(matches!(config.database(), Ok(DatabaseLocation::Sqlite(file)) if file == etc.join("post.db")));
}

#[test]
fn a_file_from_a_windows_editor_loads() {
    let (_folder, config) = load("\u{feff}[log]\r\nlevel = \"warn\"\r\n", &[]);
    assert_eq!(config.expect("loads").log.level, "warn");
}

#[test]
fn deliveries_are_let_in_by_network() {
    let (_folder, config) = load("[intake.push]\nallow = [\"10.1.0.0/16\", \"::1\"]\n", &[]);
    let push = config.expect("loads").intake.push;
    for (caller, allowed) in
        [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("::1", true), ("10.2.0.1", false), ("::2", false)]
    {
        assert_eq!(push.allows(caller.parse().expect("an address")), allowed, "{caller}");
    }
}

#[test]
fn a_file_that_is_named_must_exist() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(Config::load(&sources(folder.path(), &[])).is_ok());
    let mut sources = sources(folder.path(), &[]);
    sources.file = Some(PathBuf::from("findes-ikke.toml"));
    let faults = Config::load(&sources).expect_err("no such file");
    assert_eq!(
        faults.to_string(),
        "der er én fejl i konfigurationen:\n  findes-ikke.toml: filen findes ikke"
    );
}

#[test]
fn secrets_come_from_files_and_environment_and_are_never_shown() {
    let text = "[database]\nurl_file = \"db.txt\"\n[digital_post]\napi_token_file = \"token\"\n";
    let (folder, config) = load(
        text,
        &[("MODTAG_CONTENT__SECRET_ACCESS_KEY", "hysZdf"), ("MODTAG_CONTENT__ACCESS_KEY_ID", "a")],
    );
    let config = config.expect("loads");
    let token = || config.digital_post.api_token().read();
    assert!(matches!(token(), Err(SecretError::Unreadable { .. })));
    fs::write(folder.path().join("token"), "\n").expect("written");
    assert!(matches!(token(), Err(SecretError::Empty { .. })));
    fs::write(folder.path().join("token"), "hysZdf\n").expect("written");
    assert_eq!(token().expect("read").expect("set").expose(), "hysZdf");
    fs::write(folder.path().join("db.txt"), "postgres://modtag:hysZdf@db/modtag\n").expect("written");
    let database = config.database().expect("read");
    assert!(matches!(&database, DatabaseLocation::Postgres(url) if url.expose().contains("hysZdf")));
    let key = config.content.secret_access_key().read().expect("read").expect("set");
    assert_eq!(key.expose(), "hysZdf");
    for shown in
        [format!("{config:?}"), format!("{database:?}"), format!("{:?}", config.content.secret_access_key())]
    {
        assert!(!shown.contains("hysZdf"));
    }
    let given = sources(folder.path(), &[("MODTAG_DATABASE__URL", "postgres://modtag:hysZdf@db/modtag")]);
    assert!(!format!("{given:?}").contains("hysZdf"));
    let config = Config::load(&given).expect("the environment may hold a password and goes before the file");
    assert!(matches!(config.database(), Ok(DatabaseLocation::Postgres(_))));
}

#[test]
fn a_password_in_the_database_address_is_seen_wherever_it_hides() {
    for url in [
        "postgres://a:b@c/d",
        "postgres://a:b/c@d/e",
        "postgres://a@c/d?password=x",
        "postgres://c/d?a=b&PASSWORD=x",
    ] {
        assert!(values::has_password(url), "{url}");
    }
    for url in ["postgres://a@c:5432/d", "postgres:///d?host=/run/postgresql", "sqlite:a.db"] {
        assert!(!values::has_password(url), "{url}");
    }
}

#[test]
fn check_tells_what_is_missing_before_mail_can_be_taken_in() {
    let text = "[policy]\nfiles = [\"regler.toml\"]\n[digital_post]\nbase_url = \"https://api.example/v1/\"\n\
                system_id = \"3f2a1c9e-0000-4000-8000-000000000000\"\napi_token_file = \"token\"\n\
                [server]\nlisten = \"0.0.0.0:80\"\n[intake.push]\nallow = [\"10.0.0.0/8\"]\n[content]\n";
    let (_folder, config) = load(text, &[]);
    let config = config.expect("loads");
    assert_eq!(config.digital_post.base_url.as_deref(), Some("https://api.example/v1"));
    let keys: Vec<(bool, String)> = config
        .check()
        .into_iter()
        .map(|finding| (finding.is_error(), finding.key.unwrap_or_default()))
        .collect();
    let expected = [
        (true, "authority.cvr"),
        (false, "authority.name"),
        (true, "digital_post.api_token_file"),
        (true, "policy.files"),
        (false, "intake.push.required_header"),
        (false, "server.listen"),
    ];
    assert_eq!(keys, expected.map(|(error, key)| (error, key.to_owned())));
}

#[test]
fn the_demo_is_fit_to_run_and_stays_in_its_folder() {
    let config =
        Config::demo(Path::new("/tmp/demo"), "12345678", "Eksempel Kommune").expect("the demo loads");
    assert!(config.check().iter().all(|finding| !finding.is_error()));
    assert_eq!(config.content.folder, Path::new("/tmp/demo/content"));
    assert_eq!(config.keys.file, Path::new("/tmp/demo/modtag.keys"));
    assert_eq!(config.audit_origin().as_deref(), Some("modtag/12345678"));
}

/// Every `.toml` in the corpus is refused with exactly the text beside it. Lines beginning with `# env: ` are environment.
/// `UPDATE=1` rewrites the expectations.
#[test]
fn faulty_files_are_refused_with_a_way_forward() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/faulty");
    let mut cases: Vec<PathBuf> = fs::read_dir(&corpus)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 10, "a corpus without cases proves nothing");
    let mut wrong = Vec::new();
    for case in cases {
        let bytes = fs::read(&case).expect("read");
        let text = String::from_utf8_lossy(&bytes);
        let environment: Vec<(&str, &str)> =
            text.lines().filter_map(|line| line.strip_prefix("# env: ")?.split_once('=')).collect();
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(USUAL_FILE), &bytes).expect("written");
        let found = match Config::load(&sources(folder.path(), &environment)) {
            Ok(_) => "ingen fejl\n".to_owned(),
            Err(faults) => format!("{faults}\n"),
        };
        let beside = case.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&beside, &found).expect("written");
        } else if fs::read_to_string(&beside).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", case.display()));
        }
        assert!(!found.contains("hysZdf"), "a secret is shown for {}", case.display());
        assert!(!found.contains("ingen fejl"), "{} is accepted", case.display());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
