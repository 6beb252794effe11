//! `[organisation]`: where units, people, duties and contact points come from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use super::findings::Finding;
use super::secret::{Secret, SecretText};
use super::{Config, values};
use crate::organisation::OUR_FILES;

/// `[organisation]`: the organisation and its source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Where it is read from.
    pub source: OrganisationSource,
    /// Where its policy files are written; `None` until somebody has set it.
    #[serde(deserialize_with = "values::optional_path")]
    pub folder: Option<PathBuf>,
    /// How a unit journals that nobody has said anything about.
    pub journals: NewUnits,
    /// Units that win when several have an equal claim to a number.
    pub priority: Vec<String>,
    /// `[organisation.limits]`.
    pub limits: OrganisationLimits,
    /// `[organisation.files]`.
    pub files: OrganisationFiles,
    /// `[organisation.service]`.
    pub service: OrganisationService,
    /// `[organisation.os2mo]`.
    pub os2mo: Os2mo,
    /// `[organisation.os2rollekatalog]`.
    pub os2rollekatalog: Os2rollekatalog,
    /// `[organisation.os2sofd]`.
    pub os2sofd: Os2sofd,
    /// `[organisation.contact_structure]`.
    pub contact_structure: ContactStructure,
}

/// `[organisation.limits]`: differences that are not believed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationLimits {
    /// Most units that may go at once, of a hundred.
    #[serde(deserialize_with = "values::count::<_, 0, 100>")]
    pub units_gone_percent: u32,
    /// Most people.
    #[serde(deserialize_with = "values::count::<_, 0, 100>")]
    pub people_gone_percent: u32,
    /// Most marks that route, gone or moved.
    #[serde(deserialize_with = "values::count::<_, 0, 100>")]
    pub duties_gone_percent: u32,
    /// Most contact points.
    #[serde(deserialize_with = "values::count::<_, 0, 100>")]
    pub contact_points_gone_percent: u32,
    /// So many of each may always go, as long as not all do.
    #[serde(deserialize_with = "values::count::<_, 0, 10_000>")]
    pub always_allowed: u32,
}

/// `[organisation.files]`: tables.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationFiles {
    /// Units.
    #[serde(deserialize_with = "values::optional_path")]
    pub units_file: Option<PathBuf>,
    /// People.
    #[serde(deserialize_with = "values::optional_path")]
    pub people_file: Option<PathBuf>,
    /// Duties.
    #[serde(deserialize_with = "values::optional_path")]
    pub duties_file: Option<PathBuf>,
    /// Contact points.
    #[serde(deserialize_with = "values::optional_path")]
    pub contact_points_file: Option<PathBuf>,
}

/// `[organisation.service]`: how a service is reached, whichever it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationService {
    /// Address without a slash at the end.
    #[serde(deserialize_with = "values::optional_service_address")]
    pub base_url: Option<String>,
    /// File with the key of OS2rollekatalog and OS2sofd.
    #[serde(deserialize_with = "values::optional_path")]
    pub api_key_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    api_key: Option<SecretText>,
    /// Roots to trust instead of the machine's own, PEM.
    #[serde(deserialize_with = "values::optional_path")]
    pub ca_file: Option<PathBuf>,
    /// Proxy for calls out.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub proxy: Option<String>,
    /// Longest a call may take.
    #[serde(rename = "timeout_seconds", deserialize_with = "values::seconds::<_, 1, 600>")]
    pub timeout: Duration,
    /// Objects asked for at a time.
    #[serde(deserialize_with = "values::count::<_, 1, 10_000>")]
    pub page_size: u32,
    /// Most bytes of answers in one sync.
    #[serde(deserialize_with = "values::bytes::<_, 10_000, 4_000_000_000>")]
    pub max_bytes: u64,
}

impl OrganisationService {
    /// The key of OS2rollekatalog and OS2sofd.
    pub fn api_key(&self) -> Secret<'_> {
        Secret::of(self.api_key.as_ref(), self.api_key_file.as_deref())
    }
}

/// `[organisation.os2mo]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Os2mo {
    /// Version of the GraphQL interface.
    #[serde(deserialize_with = "values::count::<_, 21, 999>")]
    pub graphql_version: u32,
    /// What the collection of people is called in that version.
    pub people: PeopleCollection,
    /// User key of the IT system whose user name is a person's id here; `None`: the person's UUID.
    #[serde(deserialize_with = "values::optional_text")]
    pub login_system: Option<String>,
    /// Where tokens are had; `None`: Keycloak under the service's own address.
    #[serde(deserialize_with = "values::optional_service_address")]
    pub token_url: Option<String>,
    /// Client id.
    #[serde(deserialize_with = "values::optional_text")]
    pub client_id: Option<String>,
    /// File with the client's secret.
    #[serde(deserialize_with = "values::optional_path")]
    pub client_secret_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "values::optional_secret")]
    client_secret: Option<SecretText>,
}

impl Os2mo {
    /// The client's secret.
    pub fn client_secret(&self) -> Secret<'_> {
        Secret::of(self.client_secret.as_ref(), self.client_secret_file.as_deref())
    }
}

/// `[organisation.os2rollekatalog]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Os2rollekatalog {
    /// The two lists of KLE numbers come out in each other's place.
    pub lists_swapped: bool,
}

/// `[organisation.os2sofd]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Os2sofd {
    /// OData's `$expand`, when KLE is not in the answer without it.
    #[serde(deserialize_with = "values::optional_text")]
    pub expand: Option<String>,
}

/// `[organisation.contact_structure]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactStructure {
    /// The authority's organisation in Digital Post; `None`: contact points are not read there.
    #[serde(deserialize_with = "values::optional_uuid")]
    pub organisation_id: Option<Uuid>,
}

values::choice! {
    /// Where the organisation is read from.
    OrganisationSource {
        /// Nowhere: the authority writes its policy files itself.
        None = "none",
        /// Tables.
        Files = "files",
        /// OS2mo.
        Os2mo = "os2mo",
        /// OS2rollekatalog.
        Os2rollekatalog = "os2rollekatalog",
        /// OS2sofd.
        Os2sofd = "os2sofd",
    }
}

values::choice! {
    /// How a new unit journals; the ways that need more said are for a person to choose.
    NewUnits {
        /// On the one open case, else the case handler chooses.
        Case = "case",
        /// As `case`, with a new case when there is none.
        NewCase = "new-case",
        /// The case handler always chooses.
        Handler = "handler",
    }
}

values::choice! {
    /// What OS2mo calls its collection of people.
    PeopleCollection {
        /// From newer versions.
        Persons = "persons",
        /// In older versions.
        Employees = "employees",
    }
}

impl Config {
    /// What contradicts itself in `[organisation]`.
    pub(super) fn organisation_contradictions(&self) -> Vec<Finding> {
        let organisation = &self.organisation;
        let mut found = Vec::new();
        let mut fault = |key: &str, text: String| {
            found.push(Finding::error(self.origin(key), Some(key), text));
        };
        if organisation.source != OrganisationSource::None {
            match &organisation.folder {
                None => fault("organisation.source", "kræver også folder".to_owned()),
                Some(folder) => self.names_our_files(folder, &mut fault),
            }
        }
        for (missing, key, needs) in self.organisation_needs() {
            if missing {
                fault(key, format!("kræver også {needs}"));
            }
        }
        found
    }

    /// What each source cannot do without: is it missing, which key asks for it, what is it.
    fn organisation_needs(&self) -> [(bool, &'static str, &'static str); 5] {
        use OrganisationSource::{Files, None as Nowhere, Os2mo, Os2rollekatalog, Os2sofd};
        let organisation = &self.organisation;
        let (source, key) = (organisation.source, "organisation.source");
        let service = !matches!(source, Nowhere | Files);
        let keyed = matches!(source, Os2rollekatalog | Os2sofd);
        let no_client =
            organisation.os2mo.client_id.is_none() || !organisation.os2mo.client_secret().is_set();
        let structure = organisation.contact_structure.organisation_id.is_some();
        [
            (source == Files && organisation.files.units_file.is_none(), key, "files.units_file"),
            (service && organisation.service.base_url.is_none(), key, "service.base_url"),
            (keyed && !organisation.service.api_key().is_set(), key, "service.api_key_file"),
            (source == Os2mo && no_client, key, "os2mo.client_id og os2mo.client_secret_file"),
            (
                structure && self.digital_post.base_url.is_none(),
                "organisation.contact_structure.organisation_id",
                "digital_post.base_url",
            ),
        ]
    }

    /// Files that are written and never read would be a silent fault; and what waits for a person must be asked after
    /// the authority's own rules.
    fn names_our_files(&self, folder: &Path, fault: &mut impl FnMut(&str, String)) {
        for name in OUR_FILES {
            let file = folder.join(name);
            if !self.policy.files.contains(&file) {
                let text = format!("skal også nævne {}, som modtag org sync skriver", file.display());
                fault("policy.files", text);
            }
        }
        let duties = folder.join(OUR_FILES[1]);
        if self.policy.files.contains(&duties) && self.policy.files.last() != Some(&duties) {
            let text = format!("skal nævne {} sidst, så jeres egne regler går forud", duties.display());
            fault("policy.files", text);
        }
    }

    /// A file that is not there because nothing was synced yet.
    pub(super) fn is_yet_to_be_synced(&self, file: &Path) -> bool {
        let folder = self.organisation.folder.as_deref();
        folder.is_some_and(|folder| OUR_FILES.iter().any(|name| folder.join(name) == file))
    }
}
