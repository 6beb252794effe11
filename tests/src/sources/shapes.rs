//! Shapes: the town in the words of each system, CPR numbers and all.

use serde_json::{Value, json};

use super::town::{CPR, ContactPoint, Person, Town, Unit};

/// OS2rollekatalog's one answer.
pub(super) fn rollekatalog(town: &Town) -> Value {
    let users: Vec<Value> = town
        .people
        .iter()
        .map(|person| {
            json!({
                "extUuid": person.id, "uuid": person.id, "userId": person.login, "name": name(person),
                "email": format!("{}@sandby.example", person.login), "phone": null, "cpr": CPR[0], "nemloginUuid": null,
                "doNotInherit": false, "disabled": false,
                "positions": [{ "name": format!("Sagsbehandler {}", CPR[1]), "orgUnitUuid": person.unit,
                                "titleUuid": null, "doNotInherit": false }],
                "functions": [], "klePerforming": [], "kleInterest": []
            })
        })
        .collect();
    let units: Vec<Value> = town
        .units
        .iter()
        .map(|unit| {
            json!({
                "uuid": unit.id, "name": unit.name, "parentOrgUnitUuid": unit.parent, "inheritKle": true, "level": null,
                "klePerforming": unit.performs, "kleInterest": unit.sees,
                "manager": { "uuid": unit.id, "userId": "chef" }, "titleIdentifiers": []
            })
        })
        .collect();
    json!({ "users": users, "orgUnits": units })
}

/// Every third name has a CPR number in it, where none should be.
fn name(person: &Person) -> String {
    if person.id.as_u128().is_multiple_of(3) {
        format!("{} ({})", person.name, CPR[1])
    } else {
        person.name.clone()
    }
}

/// A collection of OS2mo, each object in its wrapper.
pub(super) fn os2mo(town: &Town, collection: &str) -> Option<Vec<Value>> {
    let wrapped = |uuid: uuid::Uuid, current: Value| json!({ "uuid": uuid, "current": current });
    Some(match collection {
        "org_units" => town.units.iter().map(|unit| wrapped(unit.id, mo_unit(unit))).collect(),
        "kles" => town.units.iter().flat_map(mo_marks).collect(),
        "persons" => town.people.iter().map(|person| wrapped(person.id, mo_person(person))).collect(),
        _ => return None,
    })
}

fn mo_unit(unit: &Unit) -> Value {
    let parent = unit.parent.map(|uuid| json!({ "uuid": uuid }));
    json!({
        "uuid": unit.id, "name": unit.name, "parent": parent,
        "validity": { "from": "2017-01-01T00:00:00+01:00", "to": null }
    })
}

fn mo_marks(unit: &Unit) -> Vec<Value> {
    let class = |key: &str, name: &str, scope: &str| json!({ "uuid": unit.id, "current": { "user_key": key, "name": name, "scope": scope } });
    let mark = |number: &str, aspect: Value| {
        json!({ "uuid": unit.id, "current": {
            "user_key": "vilkårlig", "validity": { "from": "2017-01-01T00:00:00+01:00", "to": null },
            "org_unit_response": { "uuid": unit.id.to_string().to_uppercase() },
            "kle_number_response": { "uuid": unit.id, "current": { "user_key": number, "name": format!("{number} - Titel") } },
            "kle_aspects_response": { "objects": [aspect] }
        } })
    };
    let performs =
        unit.performs.iter().map(|number| mark(number, class("kle_udfoerende", "Udførende", "UDFOERENDE")));
    let sees = unit.sees.iter().map(|number| mark(number, class("kle_indsigt", "Indsigt", "INDSIGT")));
    // Facet numbers may stand among the subjects, and an annotation may have ended.
    let odd = [
        mark("A00", class("kle_udfoerende", "Udførende", "UDFOERENDE")),
        json!({ "uuid": unit.id, "current": null }),
    ];
    performs.chain(sees).chain(odd).collect()
}

fn mo_person(person: &Person) -> Value {
    json!({
        "uuid": person.id, "user_key": person.login, "name": name(person), "cpr_number": CPR[0],
        "engagements_response": { "objects": [{ "current": {
            "is_primary": true, "validity": { "from": "2020-01-01T00:00:00+01:00", "to": null },
            "org_unit_response": { "uuid": person.unit }, "job_function_response": { "current": { "name": "Sagsbehandler" } }
        } }, { "current": null }] },
        "itusers_response": { "objects": [{ "current": {
            "user_key": person.login, "external_id": null, "itsystem_response": { "current": { "user_key": "ad", "name": "AD" } }
        } }] },
        "addresses_response": { "objects": [
            { "current": { "value": CPR[0], "address_type_response": { "current": { "scope": "PHONE" } } } },
            { "current": { "value": format!("{}@sandby.example", person.login),
                           "address_type_response": { "current": { "scope": "EMAIL" } } } }
        ] }
    })
}

/// OS2sofd's units by REST.
pub(super) fn sofd_units(town: &Town) -> Vec<Value> {
    let unit = |unit: &Unit| {
        json!({
            "uuid": unit.id, "master": "SOFD", "masterId": unit.id, "shortname": null, "name": unit.name, "displayName": null,
            "cvr": null, "ean": null, "senr": null, "pnr": null, "parentUuid": unit.parent, "deleted": false, "email": null,
            "created": "2020-01-01 00:00:00", "lastChanged": "2026-01-01 00:00:00",
            "manager": { "uuid": unit.id, "name": format!("Chef {}", CPR[0]), "inherited": false }, "tags": []
        })
    };
    town.units.iter().map(unit).collect()
}

/// OS2sofd's people by REST.
pub(super) fn sofd_people(town: &Town) -> Vec<Value> {
    let person = |person: &Person| {
        json!({
            "cpr": CPR[0], "uuid": person.id, "firstname": name(person), "surname": "", "chosenName": null, "deleted": false,
            "users": [
                { "userId": CPR[0], "userType": "OPUS", "disabled": false, "prime": false },
                { "userId": person.login, "userType": "ACTIVE_DIRECTORY", "upn": null, "disabled": false, "prime": true }
            ],
            "affiliations": [{
                "uuid": person.id, "startDate": "2020-01-01", "stopDate": null, "orgUnitUuid": town.units[0].id,
                "alternativeOrgUnitUuid": person.unit, "positionName": "Sagsbehandler", "prime": true, "deleted": false,
                "functions": []
            }]
        })
    };
    town.people.iter().map(person).collect()
}

/// OS2sofd's units by OData, with properties cased as its framework does.
pub(super) fn sofd_odata(town: &Town) -> Vec<Value> {
    let row = |code: &String| json!({ "Code": code, "Name": "Titel", "Active": true });
    let unit = |unit: &Unit| {
        let mut primary: Vec<Value> = unit.performs.iter().map(row).collect();
        primary.push(json!({ "Code": "99.99", "Name": "Udgået", "Active": false }));
        let secondary: Vec<Value> = unit.sees.iter().map(row).collect();
        json!({ "Uuid": unit.id, "Name": unit.name, "KlePrimary": primary, "KleSecondary": secondary })
    };
    town.units.iter().map(unit).collect()
}

/// The contact points of Digital Post.
pub(super) fn contact_points(town: &Town) -> Vec<Value> {
    let point = |point: &ContactPoint| {
        let kle = point.kle.iter().map(|code| {
            json!({ "type": "KLE", "code": code, "codeVersion": "1", "name": "Titel", "contactPointCodeTypeName": null })
        });
        let custom = json!({ "type": "CUSTOM", "code": CPR[0], "codeVersion": null, "name": null });
        let codes: Vec<Value> = kle.chain([custom]).collect();
        json!({
            "id": point.id, "name": point.name, "description": "", "targets": ["CITIZEN"], "active": true, "visible": true,
            "systemId": point.id, "contactPointCodes": codes, "recommendedAttributes": [], "searchTerms": [], "contactGroups": []
        })
    };
    town.contact_points.iter().map(point).collect()
}
