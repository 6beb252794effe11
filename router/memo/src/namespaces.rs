//! Namespaces: who coined an element's name. Elements are matched by these, never by the prefix a sender chose.

/// A namespace of MeMo, by its usual prefix.
#[allow(non_camel_case_types, reason = "the usual prefixes, as tables and remarks write them")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    memo,
    grd,
    kle,
    form,
    dmv,
    gln,
    udd,
    sor,
    /// Any other, or none.
    other,
}

/// Every namespace that MeMo's elements use, with its usual prefix. Source: `memo-format.md` §1.
pub(crate) const NAMESPACES: [(Namespace, &str, &str); 8] = [
    (Namespace::memo, "memo", "https://DigitalPost.dk/MeMo-1"),
    (Namespace::grd, "grd", "https://data.gov.dk/model/core/"),
    (Namespace::kle, "kle", "http://kle-online.dk/"),
    (Namespace::form, "form", "http://www.form-online.dk/"),
    (Namespace::dmv, "dmv", "https://motorregister.skat.dk/"),
    (Namespace::gln, "gln", "https://www.gs1.dk/gs1-standarder/identifikation/gln-global-location-number/"),
    (
        Namespace::udd,
        "udd",
        "https://www.dst.dk/da/TilSalg/Forskningsservice/Dokumentation/hoejkvalitetsvariable/elevregister-2/udd#",
    ),
    (Namespace::sor, "sor", "https://services.nsi.dk/en/Services/SOR"),
];

impl Namespace {
    /// The namespace of an address.
    pub(crate) fn of(uri: &str) -> Namespace {
        NAMESPACES
            .iter()
            .find(|(_, _, known)| *known == uri)
            .map_or(Namespace::other, |(namespace, _, _)| *namespace)
    }
}
