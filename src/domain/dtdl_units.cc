#include "domain/dtdl_units.h"

#include <algorithm>
#include <iterator>

namespace berth::domain {

// Each text is a list of words, divided by blanks.
struct UnitKind {
  std::string_view types;       // of both versions
  std::string_view more_types;  // from version 3
  std::string_view units;       // of both versions
  std::string_view more_units;  // from version 3
};

namespace {

constexpr UnitKind kKinds[] = {
    {"Acceleration", "", "centimetrePerSecondSquared gForce metrePerSecondSquared", ""},
    {"Angle Latitude Longitude", "", "degreeOfArc minuteOfArc radian secondOfArc turn", ""},
    {"AngularAcceleration", "", "radianPerSecondSquared", ""},
    {"AngularVelocity", "",
     "degreePerSecond radianPerSecond revolutionPerMinute revolutionPerSecond", ""},
    {"", "ApparentEnergy", "",
     "gigavoltAmpereHour kilovoltAmpereHour megavoltAmpereHour voltAmpereHour"},
    {"", "ApparentPower", "",
     "gigavoltAmpere kilovoltAmpere megavoltAmpere millivoltAmpere voltAmpere"},
    {"Area", "",
     "acre hectare squareCentimetre squareFoot squareInch squareKilometre "
     "squareMetre squareMillimetre",
     ""},
    {"Capacitance", "", "farad microfarad millifarad nanofarad picofarad", ""},
    {"ElectricCharge", "", "coulomb", "ampereHour milliampereHour"},
    {"Current", "", "ampere microampere milliampere", "kiloampere"},
    {"DataRate", "",
     "bitPerSecond bytePerSecond exbibitPerSecond exbibytePerSecond gibibitPerSecond "
     "gibibytePerSecond kibibitPerSecond kibibytePerSecond mebibitPerSecond "
     "mebibytePerSecond tebibitPerSecond tebibytePerSecond yobibitPerSecond "
     "yobibytePerSecond zebibitPerSecond zebibytePerSecond",
     ""},
    {"DataSize", "",
     "bit byte exbibit exbibyte gibibit gibibyte kibibit kibibyte mebibit mebibyte "
     "tebibit tebibyte yobibit yobibyte zebibit zebibyte",
     ""},
    {"Density Humidity", "", "gramPerCubicMetre kilogramPerCubicMetre",
     "microgramPerCubicMetre milligramPerCubicMetre"},
    {"Energy", "", "electronvolt gigajoule joule kilojoule kilowattHour megaelectronvolt megajoule",
     "britishThermalUnit gigawattHour kiloBritishThermalUnit megawattHour "
     "milliwattHour terawattHour wattHour"},
    {"Force Thrust", "", "newton ounce pound ton", ""},
    {"Frequency", "", "gigahertz hertz kilohertz megahertz", "millihertz"},
    {"Illuminance", "", "footcandle lux", ""},
    {"Inductance", "", "henry microhenry millihenry", ""},
    {"", "IonizingRadiationDose", "", "gray microgray microsievert milligray millisievert sievert"},
    {"", "Irradiance", "", "wattPerSquareMetre"},
    {"Distance Length", "",
     "astronomicalUnit centimetre foot inch kilometre metre micrometre mile "
     "millimetre nanometre nauticalMile",
     ""},
    {"Luminance", "", "candelaPerSquareMetre", ""},
    {"LuminousFlux", "", "lumen", ""},
    {"LuminousIntensity", "", "candela", ""},
    {"MagneticFlux", "", "maxwell weber", ""},
    {"MagneticInduction", "", "tesla", "gauss"},
    {"MassFlowRate", "", "gramPerHour gramPerSecond kilogramPerHour kilogramPerSecond",
     "massPoundPerHour"},
    {"Mass", "", "gram kilogram microgram milligram slug tonne", "massPound"},
    {"Luminosity Power", "EnergyRate",
     "gigawatt horsepower kilowatt kilowattHourPerYear megawatt microwatt milliwatt "
     "watt",
     "britishThermalUnitPerHour gigajoulePerHour joulePerHour joulePerSecond "
     "kiloBritishThermalUnitPerHour kilojoulePerHour kilojoulePerSecond "
     "megajoulePerHour tonOfRefrigeration"},
    {"Pressure", "",
     "bar inchesOfMercury inchesOfWater kilopascal millibar millimetresOfMercury "
     "pascal poundPerSquareInch",
     "decapascal hectopascal"},
    {"", "Radioactivity", "", "becquerel gigabecquerel kilobecquerel megabecquerel"},
    {"", "ReactiveEnergy", "",
     "gigavoltAmpereReactiveHour kilovoltAmpereReactiveHour "
     "megavoltAmpereReactiveHour voltAmpereReactiveHour"},
    {"", "ReactivePower", "",
     "gigavoltAmpereReactive kilovoltAmpereReactive megavoltAmpereReactive "
     "millivoltAmpereReactive voltAmpereReactive"},
    {"Resistance", "", "kiloohm megaohm milliohm ohm", ""},
    {"SoundPressure", "", "bel decibel", ""},
    {"Temperature", "", "degreeCelsius degreeFahrenheit kelvin", ""},
    {"TimeSpan", "", "day hour microsecond millisecond minute nanosecond second year", ""},
    {"Torque", "", "newtonMetre", ""},
    {"RelativeHumidity", "Concentration RelativeDensity", "percent unity",
     "partsPerBillion partsPerMillion partsPerQuadrillion partsPerTrillion"},
    {"Velocity", "",
     "centimetrePerSecond kilometrePerHour kilometrePerSecond knot metrePerHour "
     "metrePerSecond milePerHour milePerSecond",
     ""},
    {"Voltage", "", "kilovolt megavolt microvolt millivolt volt", ""},
    {"VolumeFlowRate", "", "litrePerHour litrePerSecond millilitrePerHour millilitrePerSecond",
     "cubicFootPerMinute cubicMetrePerHour cubicMetrePerMinute cubicMetrePerSecond "
     "gallonPerHour gallonPerMinute litrePerMinute millilitrePerMinute"},
    {"Volume", "",
     "cubicCentimetre cubicFoot cubicInch cubicMetre fluidOunce gallon litre "
     "millilitre",
     ""},
};

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t blank = words.find(' ');
    if (words.substr(0, blank) == word) return true;
    words = blank == std::string_view::npos ? std::string_view() : words.substr(blank + 1);
  }
  return false;
}

}  // namespace

const UnitKind* unit_kind_of(std::string_view semantic_type, int version) {
  const auto fits = [&](const UnitKind& kind) {
    return has_word(kind.types, semantic_type) ||
           (version >= 3 && has_word(kind.more_types, semantic_type));
  };
  const auto* const found = std::find_if(std::begin(kKinds), std::end(kKinds), fits);
  return found == std::end(kKinds) ? nullptr : found;
}

bool has_unit(const UnitKind& kind, std::string_view unit, int version) {
  constexpr std::string_view kLongForm = "dtmi:standard:unit:";
  if (unit.starts_with(kLongForm)) {
    unit.remove_prefix(kLongForm.size());
    unit = unit.substr(0, unit.find(';'));
  }
  return has_word(kind.units, unit) || (version >= 3 && has_word(kind.more_units, unit));
}

std::string_view some_unit(const UnitKind& kind) {
  const std::string_view units = kind.units.empty() ? kind.more_units : kind.units;
  return units.substr(0, units.find(' '));
}

}  // namespace berth::domain
