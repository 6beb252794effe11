//! Fields of `ContentData`: what the message is about.

use memo::{Address, ContentData};

use super::side::address;
use super::{Field, table, text};
use crate::Facts;

fn content(facts: &Facts) -> Option<&ContentData> {
    facts.message.header.content_data.as_ref()
}

fn content_address(facts: &Facts) -> Option<&Address> {
    content(facts)?.address.as_ref()
}

pub(super) const ADDRESS: &[Field] = address!("ContentData.Address.", content_address);

pub(super) const FIELDS: &[Field] = table!("ContentData.", content, {
    "CPRdata.cprNumber" => |c, v| c.cpr.as_ref().is_some_and(|x| text(&x.cpr_number, v)),
    "CPRdata.name" => |c, v| c.cpr.as_ref().is_some_and(|x| text(&x.name, v)),
    "CVRdata.cvrNumber" => |c, v| c.cvr.as_ref().is_some_and(|x| text(&x.cvr_number, v)),
    "CVRdata.companyName" => |c, v| c.cvr.as_ref().is_some_and(|x| text(&x.company_name, v)),
    "MotorVehicle.licenseNumber" => |c, v| c.motor_vehicle.as_ref().is_some_and(|x| text(&x.license_number, v)),
    "MotorVehicle.chassisNumber" => |c, v| c.motor_vehicle.as_ref().is_some_and(|x| text(&x.chassis_number, v)),
    "PropertyNumber.propertyNumber" => |c, v| text(&c.property_number, v),
    "CaseID.caseID" => |c, v| c.case_id.as_ref().is_some_and(|x| text(&x.case_id, v)),
    "CaseID.caseSystem" => |c, v| c.case_id.as_ref().is_some_and(|x| text(&x.case_system, v)),
    "KLEdata.subjectKey" => |c, v| c.kle.as_ref().is_some_and(|x| text(&x.subject_key, v)),
    "KLEdata.version" => |c, v| c.kle.as_ref().is_some_and(|x| text(&x.version, v)),
    "KLEdata.activityFacet" => |c, v| c.kle.as_ref().is_some_and(|x| text(&x.activity_facet, v)),
    "KLEdata.label" => |c, v| c.kle.as_ref().is_some_and(|x| text(&x.label, v)),
    "FORMdata.taskKey" => |c, v| c.form.as_ref().is_some_and(|x| text(&x.task_key, v)),
    "FORMdata.version" => |c, v| c.form.as_ref().is_some_and(|x| text(&x.version, v)),
    "FORMdata.activityFacet" => |c, v| c.form.as_ref().is_some_and(|x| text(&x.activity_facet, v)),
    "FORMdata.label" => |c, v| c.form.as_ref().is_some_and(|x| text(&x.label, v)),
    "ProductionUnit.productionUnitNumber" => |c, v| c.production_unit.as_ref().is_some_and(|x| text(&x.number, v)),
    "ProductionUnit.productionUnitName" => |c, v| c.production_unit.as_ref().is_some_and(|x| text(&x.name, v)),
    "Education.educationCode" => |c, v| c.education.as_ref().is_some_and(|x| text(&x.code, v)),
    "Education.educationName" => |c, v| c.education.as_ref().is_some_and(|x| text(&x.name, v)),
    "UnstructuredAddress.unstructured" => |c, v| text(&c.unstructured_address, v),
    "AdditionalContentData.contentDataType" => |c, v| c.additional.iter().any(|x| text(&x.data_type, v)),
    "AdditionalContentData.contentDataName" => |c, v| c.additional.iter().any(|x| text(&x.name, v)),
    "AdditionalContentData.contentDataValue" => |c, v| c.additional.iter().any(|x| text(&x.value, v)),
});
