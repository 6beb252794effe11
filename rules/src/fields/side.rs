//! Fields that sender and recipient share: attention data, address, contact point.

use memo::{Address, AttentionData, ContactPoint};

use super::{Field, table, text};
use crate::Facts;

fn sender_attention(facts: &Facts) -> Option<&AttentionData> {
    facts.message.header.sender.attention.as_ref()
}

fn recipient_attention(facts: &Facts) -> Option<&AttentionData> {
    facts.message.header.recipient.attention.as_ref()
}

fn sender_address(facts: &Facts) -> Option<&Address> {
    sender_attention(facts)?.address.as_ref()
}

fn recipient_address(facts: &Facts) -> Option<&Address> {
    recipient_attention(facts)?.address.as_ref()
}

fn sender_contact_point(facts: &Facts) -> Option<&ContactPoint> {
    facts.message.header.sender.contact_point.as_ref()
}

fn recipient_contact_point(facts: &Facts) -> Option<&ContactPoint> {
    facts.message.header.recipient.contact_point.as_ref()
}

macro_rules! attention {
    ($prefix:literal, $owner:path) => {
        table!($prefix, $owner, {
            "AttentionPerson.personID" => |a, v| a.person.as_ref().is_some_and(|x| text(&x.person_id, v)),
            "AttentionPerson.label" => |a, v| a.person.as_ref().is_some_and(|x| text(&x.label, v)),
            "ProductionUnit.productionUnitNumber" => |a, v| a.production_unit.as_ref().is_some_and(|x| text(&x.number, v)),
            "ProductionUnit.productionUnitName" => |a, v| a.production_unit.as_ref().is_some_and(|x| text(&x.name, v)),
            "GlobalLocationNumber.globalLocationNumber" => |a, v| a.gln.as_ref().is_some_and(|x| text(&x.number, v)),
            "GlobalLocationNumber.location" => |a, v| a.gln.as_ref().is_some_and(|x| text(&x.location, v)),
            "EMail.emailAddress" => |a, v| a.email.as_ref().is_some_and(|x| text(&x.address, v)),
            "EMail.relatedAgent" => |a, v| a.email.as_ref().is_some_and(|x| text(&x.related_agent, v)),
            "SEnumber.seNumber" => |a, v| a.se_number.as_ref().is_some_and(|x| text(&x.number, v)),
            "SEnumber.companyName" => |a, v| a.se_number.as_ref().is_some_and(|x| text(&x.company_name, v)),
            "Telephone.telephoneNumber" => |a, v| a.telephone.as_ref().is_some_and(|x| text(&x.number, v)),
            "Telephone.relatedAgent" => |a, v| a.telephone.as_ref().is_some_and(|x| text(&x.related_agent, v)),
            "EID.eID" => |a, v| a.eid.as_ref().is_some_and(|x| text(&x.eid, v)),
            "EID.label" => |a, v| a.eid.as_ref().is_some_and(|x| text(&x.label, v)),
            "ContentResponsible.contentResponsibleID" => |a, v| a.content_responsible.as_ref().is_some_and(|x| text(&x.id, v)),
            "ContentResponsible.label" => |a, v| a.content_responsible.as_ref().is_some_and(|x| text(&x.label, v)),
            "GeneratingSystem.generatingSystemID" => |a, v| a.generating_system.as_ref().is_some_and(|x| text(&x.id, v)),
            "GeneratingSystem.label" => |a, v| a.generating_system.as_ref().is_some_and(|x| text(&x.label, v)),
            "SORdata.sorIdentifier" => |a, v| a.sor.as_ref().is_some_and(|x| text(&x.identifier, v)),
            "SORdata.entryName" => |a, v| a.sor.as_ref().is_some_and(|x| text(&x.entry_name, v)),
            "UnstructuredAddress.unstructured" => |a, v| text(&a.unstructured_address, v),
        })
    };
}

/// Fields of an address; content data has one too.
macro_rules! address {
    ($prefix:literal, $owner:path) => {
        $crate::fields::table!($prefix, $owner, {
            "id" => |a, v| $crate::fields::text(&a.id, v),
            "addressLabel" => |a, v| $crate::fields::text(&a.address_label, v),
            "houseNumber" => |a, v| $crate::fields::text(&a.house_number, v),
            "door" => |a, v| $crate::fields::text(&a.door, v),
            "floor" => |a, v| $crate::fields::text(&a.floor, v),
            "co" => |a, v| $crate::fields::text(&a.co, v),
            "zipCode" => |a, v| $crate::fields::text(&a.zip_code, v),
            "city" => |a, v| $crate::fields::text(&a.city, v),
            "country" => |a, v| $crate::fields::text(&a.country, v),
            "AddressPoint.geographicEastingMeasure" => |a, v| a.point.as_ref().is_some_and(|p| $crate::fields::text(&p.easting, v)),
            "AddressPoint.geographicNorthingMeasure" => |a, v| a.point.as_ref().is_some_and(|p| $crate::fields::text(&p.northing, v)),
            "AddressPoint.geographicHeightMeasure" => |a, v| a.point.as_ref().is_some_and(|p| $crate::fields::text(&p.height, v)),
        })
    };
}
pub(super) use address;

macro_rules! contact_point {
    ($prefix:literal, $owner:path) => {
        table!($prefix, $owner, {
            "contactGroup" => |c, v| text(&c.contact_group, v),
            "contactPointID" => |c, v| text(&c.contact_point_id, v),
            "label" => |c, v| text(&c.label, v),
            "ContactInfo.label" => |c, v| c.contact_info.iter().any(|info| text(&info.label, v)),
            "ContactInfo.value" => |c, v| c.contact_info.iter().any(|info| text(&info.value, v)),
        })
    };
}

pub(super) const SENDER_ATTENTION: &[Field] = attention!("Sender.AttentionData.", sender_attention);
pub(super) const SENDER_ADDRESS: &[Field] = address!("Sender.AttentionData.Address.", sender_address);
pub(super) const SENDER_CONTACT_POINT: &[Field] =
    contact_point!("Sender.ContactPoint.", sender_contact_point);
pub(super) const RECIPIENT_ATTENTION: &[Field] = attention!("Recipient.AttentionData.", recipient_attention);
pub(super) const RECIPIENT_ADDRESS: &[Field] =
    address!("Recipient.AttentionData.Address.", recipient_address);
pub(super) const RECIPIENT_CONTACT_POINT: &[Field] =
    contact_point!("Recipient.ContactPoint.", recipient_contact_point);
