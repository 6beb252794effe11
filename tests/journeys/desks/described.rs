//! The description of the HTTP interface: it tells of every route and of no other, and says what a reader needs.

use std::collections::{BTreeMap, BTreeSet};

use journeys::desks::Desks;
use journeys::programs::Program;
use journeys::{Engine, World};
use router::tokens::Scope;
use router::web::Needs;
use serde_json::Value;

use crate::program::Installation;

async fn described() -> (Desks, Value) {
    let world = World::open(Engine::Sqlite).await;
    let desks = Desks::open(&world).await;
    let description = Program::nobody(&desks).get("/api/v1/openapi.json").await.json();
    (desks, description)
}

/// Every operation: method, path, and what is said of it.
fn operations(description: &Value) -> BTreeMap<(String, String), Value> {
    let mut found = BTreeMap::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            found.insert((method.to_uppercase(), path.clone()), operation.clone());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described_and_nothing_else() {
    let (desks, description) = described().await;
    let operations = operations(&description);
    let of_doors = desks.doors.iter().filter(|door| door.path.starts_with("/api/"));
    let of_doors: BTreeMap<_, _> =
        of_doors.map(|door| ((door.method.to_owned(), door.path.to_owned()), door.needs)).collect();
    assert_eq!(of_doors.keys().collect::<Vec<_>>(), operations.keys().collect::<Vec<_>>());
    assert!(of_doors.len() > 25, "{}", of_doors.len());
    let mut scopes = BTreeSet::new();
    for (place, needs) in of_doors {
        let security = &operations[&place]["security"];
        match needs {
            Needs::Scope(scope) => {
                assert_eq!(security, &serde_json::json!([{ "token": [scope.as_str()] }]), "{place:?}");
                scopes.insert(scope);
            }
            _ => assert_eq!(security, &serde_json::json!([]), "{place:?}"),
        }
    }
    assert_eq!(scopes.len(), Scope::ALL.len(), "every scope opens something");
    let told = Installation::new(None).run(&["api", "describe"]).json();
    assert_eq!(told, description, "modtag api describe says the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_says_what_a_reader_needs() {
    let (_, description) = described().await;
    assert_eq!(description["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    let tags: BTreeSet<&str> =
        description["tags"].as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    for ((method, path), operation) in operations(&description) {
        let place = format!("{method} {path}");
        let id = operation["operationId"].as_str().expect("an id").to_owned();
        assert!(
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && ids.insert(id),
            "{place}"
        );
        let summary = operation["summary"].as_str().unwrap_or_default();
        let danish = [
            "Vis",
            "Vent",
            "Spørg",
            "Luk",
            "Svar",
            "Se",
            "Tag",
            "Hent",
            "Fordel",
            "Del",
            "Læg",
            "Find",
            "Åbn",
            "Vælg",
            "Meld",
            "Send",
            "Søg",
            "Træk",
            "Efterprøv",
            "Begynd",
            "Ret",
            "Prøv",
            "Foreslå",
            "Smid",
            "Sæt",
        ];
        assert!(
            danish.iter().any(|word| summary.starts_with(word)) && !summary.ends_with('.'),
            "{place}: {summary}"
        );
        assert!(operation["tags"].as_array().is_some_and(|own| own.len() == 1), "{place}");
        assert!(tags.contains(operation["tags"][0].as_str().unwrap_or_default()), "{place}");
        let responses = operation["responses"].as_object().expect("responses");
        let is_open = operation["security"].as_array().is_some_and(Vec::is_empty);
        let takes = !operation["requestBody"].is_null()
            || operation["parameters"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["in"] != "path"));
        for (status, needed) in [
            ("default", true),
            ("401", !is_open),
            ("403", !is_open),
            ("429", !is_open),
            ("404", path.contains('{')),
            ("422", takes),
            ("415", !operation["requestBody"].is_null()),
        ] {
            assert_eq!(responses.contains_key(status), needed, "{place}: {status}");
        }
        assert!(responses.keys().any(|status| status.starts_with('2')), "{place}");
        for (status, response) in responses {
            let response = resolved(&description, response);
            assert!(
                response["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{place} {status}"
            );
            if status == "204" {
                continue;
            }
            let content = response["content"].as_object().unwrap_or_else(|| panic!("{place} {status}"));
            for (kind, media) in content {
                assert!(
                    !resolved(&description, &media["schema"]).is_null(),
                    "{place} {status} has no schema"
                );
                let has_example = !media["example"].is_null() || kind == "application/octet-stream";
                assert!(has_example, "{place} {status} has no example");
            }
        }
        if let Some(content) = operation["requestBody"]["content"].as_object() {
            let schema = resolved(&description, &content["application/json"]["schema"]);
            assert_eq!(schema["additionalProperties"], false, "{place} takes what it does not know");
            assert!(!content["application/json"]["example"].is_null(), "{place}");
        }
    }
    references(&description, &description);
}

/// What a reference leads to.
fn resolved<'d>(description: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            let place = reference.strip_prefix('#').expect("a reference within");
            description.pointer(place).unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => value,
    }
}

/// Every reference leads somewhere.
fn references(description: &Value, value: &Value) {
    match value {
        Value::Object(object) => {
            resolved(description, value);
            object.values().for_each(|inner| references(description, inner));
        }
        Value::Array(array) => array.iter().for_each(|inner| references(description, inner)),
        _ => {}
    }
}
