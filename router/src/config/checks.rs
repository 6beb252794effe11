//! Checks: values that are right one by one and wrong together, and what is missing before mail can be taken in.

use std::path::Path;

use super::findings::{Finding, Place};
use super::secret::Secret;
use super::sections::{Content, ContentBackend};
use super::{Config, SecretError};

/// Paths that the program answers on itself.
const OWN_PATHS: [&str; 5] = ["/", "/healthz", "/readyz", "/metrics", "/status"];

impl Config {
    /// Keys that contradict each other. The program does not start with any of these.
    pub(super) fn contradictions(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut fault = |key: &str, text: &str| {
            found.push(Finding::error(self.origin(key), Some(key), text));
        };
        self.content_contradictions(&mut fault);
        self.digital_post_contradictions(&mut fault);
        if self.database.url.is_some()
            && self.database.url_file.is_some()
            && !matches!(self.origin("database.url"), Place::Environment(_))
        {
            fault("database.url_file", "sæt enten url eller url_file, ikke begge");
        }
        let push = &self.intake.push;
        match (push.required_header.is_some(), push.required_header_value().is_set()) {
            (true, false) => fault("intake.push.required_header", "kræver også required_header_value_file"),
            (false, true) => fault("intake.push.required_header_value_file", "kræver også required_header"),
            _ => {}
        }
        if push.enabled && push.allow.is_empty() {
            fault(
                "intake.push.allow",
                "er tom, så ingen kan levere; nævn et netværk, eller sæt enabled = false",
            );
        }
        if OWN_PATHS.contains(&push.path.as_str()) {
            fault("intake.push.path", "bruges af programmet selv; vælg en anden sti");
        }
        let folder = &self.intake.folder;
        if folder.path.is_some() && folder.path == folder.done_folder {
            fault("intake.folder.done_folder", "må ikke være den mappe, der holdes øje med");
        }
        if self.effects.first_retry > self.effects.longest_retry {
            fault("effects.first_retry_seconds", "må ikke være længere end longest_retry_seconds");
        }
        found.extend(self.organisation_contradictions());
        found.extend(self.webhook_contradictions());
        found.extend(self.sign_in_contradictions());
        found.extend(self.notice_contradictions());
        found
    }

    fn content_contradictions(&self, fault: &mut impl FnMut(&str, &str)) {
        let content = &self.content;
        if content.access_key_id().is_set() != content.secret_access_key().is_set() {
            let (key, text) = if content.access_key_id().is_set() {
                ("content.access_key_id_file", "kræver også secret_access_key_file")
            } else {
                ("content.secret_access_key_file", "kræver også access_key_id_file")
            };
            fault(key, text);
        }
        if content.backend != ContentBackend::S3 {
            return;
        }
        if content.bucket.is_none() {
            fault("content.backend", "\"s3\" kræver også bucket");
        }
        if content.endpoint.as_deref().is_some_and(|url| url.starts_with("http://")) && !content.allow_http {
            fault("content.endpoint", "er uden TLS; brug https://, eller sæt allow_http = true");
        }
    }

    fn digital_post_contradictions(&self, fault: &mut impl FnMut(&str, &str)) {
        let post = &self.digital_post;
        if post.base_url.is_some() && post.system_id.is_none() {
            fault("digital_post.base_url", "kræver også system_id");
        }
        if post.base_url.is_some() && !post.api_token().is_set() {
            fault("digital_post.base_url", "kræver også api_token_file");
        }
        match (&post.client_certificate_file, &post.client_key_file) {
            (Some(_), None) => fault("digital_post.client_certificate_file", "kræver også client_key_file"),
            (None, Some(_)) => fault("digital_post.client_key_file", "kræver også client_certificate_file"),
            _ => {}
        }
    }

    /// What stands in the way of taking in mail, and what an operator should know. Looks at the files that are named, reads no mail.
    pub fn check(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        self.check_authority(&mut found);
        self.check_secrets(&mut found);
        self.check_files(&mut found);
        self.check_exposure(&mut found);
        self.check_webhooks(&mut found);
        self.check_notices(&mut found);
        found
    }

    fn check_authority(&self, found: &mut Vec<Finding>) {
        let at = |key| (self.origin(key), Some(key));
        let (place, key) = at("authority.cvr");
        if self.authority.cvr.is_none() {
            found.push(Finding::error(place, key, "er ikke sat; uden det vides ikke, hvis post det er"));
        }
        let (place, key) = at("authority.name");
        if self.authority.name.trim().is_empty() {
            found.push(Finding::warning(place, key, "er ikke sat; siderne viser CVR-nummeret i stedet"));
        }
        let (place, key) = at("policy.files");
        if self.policy.files.is_empty() {
            let text = "er tom; uden regler og ansvar venter al post på en postfordeler";
            found.push(Finding::warning(place, key, text));
        }
        let (place, key) = at("digital_post.base_url");
        if self.digital_post.base_url.is_none() {
            let text = "er ikke sat; kvitteringer skrives ned, men sendes ikke, og Digital Post kan sende posten igen";
            found.push(Finding::warning(place, key, text));
        }
        let (place, key) = at("intake.push.enabled");
        if !self.intake.push.enabled && self.intake.folder.path.is_none() {
            let text = "er slået fra, og ingen mappe holdes øje med; post kommer kun ind med modtag ingest";
            found.push(Finding::warning(place, key, text));
        }
    }

    fn check_secrets(&self, found: &mut Vec<Finding>) {
        let Content { backend, .. } = self.content;
        let s3 = backend == ContentBackend::S3;
        let unless = |used: bool, secret| if used { secret } else { Secret::Unset };
        for (key, secret) in [
            ("content.access_key_id_file", unless(s3, self.content.access_key_id())),
            ("content.secret_access_key_file", unless(s3, self.content.secret_access_key())),
            ("intake.push.required_header_value_file", self.intake.push.required_header_value()),
            ("digital_post.api_token_file", self.digital_post.api_token()),
            ("organisation.service.api_key_file", self.organisation.service.api_key()),
            ("organisation.os2mo.client_secret_file", self.organisation.os2mo.client_secret()),
            (
                "sign_in.break_glass.password_hash_file",
                unless(self.sign_in.break_glass.enabled, self.sign_in.break_glass.password_hash()),
            ),
        ] {
            self.note_secret(found, key, secret.read().map(drop));
            if let Secret::File(file) = secret {
                self.note_exposed(found, key, file);
            }
        }
        self.note_secret(found, "database.url_file", self.database().map(drop));
        for (key, file) in [
            ("database.url_file", &self.database.url_file),
            ("digital_post.client_key_file", &self.digital_post.client_key_file),
        ] {
            if let Some(file) = file {
                self.note_exposed(found, key, file);
            }
        }
    }

    pub(super) fn note_secret(&self, found: &mut Vec<Finding>, key: &str, read: Result<(), SecretError>) {
        if let Err(error) = read {
            found.push(Finding::error(self.origin(key), Some(key), error.danish()));
        }
    }

    /// A warning only: container platforms mount secrets readable by all in a container with one user.
    pub(super) fn note_exposed(&self, found: &mut Vec<Finding>, key: &str, file: &Path) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if std::fs::metadata(file).is_ok_and(|data| data.permissions().mode() & 0o007 != 0) {
                let text = format!("{} kan læses af alle på maskinen; luk den med chmod 600", file.display());
                found.push(Finding::warning(self.origin(key), Some(key), text));
            }
        }
        #[cfg(not(unix))]
        let _ = (found, key, file);
    }

    fn check_files(&self, found: &mut Vec<Finding>) {
        let named = self.policy.files.iter().map(|file| ("policy.files", file));
        let single = [
            ("policy.protected_persons_file", &self.policy.protected_persons_file),
            ("digital_post.client_certificate_file", &self.digital_post.client_certificate_file),
            ("digital_post.client_key_file", &self.digital_post.client_key_file),
            ("digital_post.ca_file", &self.digital_post.ca_file),
            ("organisation.files.units_file", &self.organisation.files.units_file),
            ("organisation.files.people_file", &self.organisation.files.people_file),
            ("organisation.files.duties_file", &self.organisation.files.duties_file),
            ("organisation.files.contact_points_file", &self.organisation.files.contact_points_file),
            ("organisation.service.ca_file", &self.organisation.service.ca_file),
        ];
        let single = single.into_iter().filter_map(|(key, file)| Some((key, file.as_ref()?)));
        for (key, file) in named.chain(single) {
            if let Err(error) = std::fs::File::open(file) {
                let why = match error.kind() {
                    std::io::ErrorKind::NotFound if self.is_yet_to_be_synced(file) => {
                        "findes ikke endnu; kør modtag org sync"
                    }
                    std::io::ErrorKind::NotFound => "findes ikke",
                    std::io::ErrorKind::PermissionDenied => "må ikke læses af programmets bruger",
                    _ => "kan ikke læses",
                };
                found.push(Finding::error(self.origin(key), Some(key), format!("{} {why}", file.display())));
            }
        }
        if let Some(folder) = &self.intake.folder.path
            && !folder.is_dir()
        {
            let (key, text) = ("intake.folder.path", format!("{} er ikke en mappe", folder.display()));
            found.push(Finding::error(self.origin(key), Some(key), text));
        }
    }

    fn check_exposure(&self, found: &mut Vec<Finding>) {
        let push = &self.intake.push;
        let beyond_here = push.allow.iter().any(|network| !network.addr().is_loopback());
        if push.enabled && beyond_here && push.required_header.is_none() {
            let key = "intake.push.required_header";
            let text =
                "er ikke sat, mens andre end denne maskine må levere; sørg for, at kun Digital Post når frem";
            found.push(Finding::warning(self.origin(key), Some(key), text));
        }
        if !self.server.listen.ip().is_loopback() {
            let key = "server.listen";
            let text = "nås fra andre maskiner uden TLS; sæt en omvendt proxy med TLS foran";
            found.push(Finding::warning(self.origin(key), Some(key), text));
        }
    }
}
