package fn

import (
	"math"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// Conversions between units. Each table gives what one unit is in the first unit
// that its comment names.
var unitFuncs = []Func{
	unitFunc("angle", angleUnits, []string{"Tilt"}, convertAngle, Example{`convert_angle(1.2, "Degree", "Arcminute")`, `72.0`}),
	unitFunc("energy", energyUnits, nil, nil, Example{`convert_energy(1.0, "KilowattHour", "Joule")`, `3600000.0`}),
	unitFunc("force", forceUnits, nil, nil, Example{`convert_force(1.2, "Newton", "Decanewton")`, `0.12`}),
	unitFunc("length", lengthUnits, nil, nil, Example{`convert_length(1.2, "Meter", "Foot")`, `3.9370078740157477`}),
	unitFunc("mass", massUnits, nil, nil, Example{`convert_mass(1.0, "Pound", "Kilogram")`, `0.45359237`}),
	unitFunc("speed", speedUnits, nil, nil, Example{`convert_speed(36.0, "KilometerPerHour", "MeterPerSecond")`, `10.0`}),
	unitFunc("temperature", nil, temperatureNames, convertTemperature, Example{`convert_temperature(1.2, "Kelvin", "DegreeCelsius")`, `-271.95`}),
	unitFunc("volume", volumeUnits, nil, nil, Example{`convert_volume(1.2, "CubicMeter", "AcreFoot")`, `0.0009728568`}),
}

// unitFunc makes a conversion by factors; more are units that only special knows,
// which then converts.
func unitFunc(what string, factors map[string]float64, more []string, special func(v float64, from, to string) (float64, bool), examples ...Example) Func {
	names := append(slices.Clone(more), mapKeys(factors)...)
	slices.Sort(names)
	byUpper := make(map[string]float64, len(factors))
	for n, f := range factors {
		byUpper[table.Fold(n)] = f
	}
	conv := special
	if conv == nil {
		conv = func(v float64, from, to string) (float64, bool) {
			f, ok := byUpper[table.Fold(from)]
			t, ok2 := byUpper[table.Fold(to)]
			return v * f / t, ok && ok2
		}
	}
	unit := func(name string) Param {
		return Param{Name: name, Types: []table.Type{table.String}, Enum: names, Open: true}
	}
	return Func{
		Name: "convert_" + what, Kind: Scalar, Doc: "From one unit of " + what + " to another; null if a unit is unknown.", Examples: examples,
		Overloads: []Overload{{Params: P(RealP("value"), unit("from"), unit("to")), Returns: Is(table.Real), Eval: lift3(reals, texts, texts, conv)}},
	}
}

func mapKeys(m map[string]float64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// convertAngle knows the tilt beside the units of angleUnits: an angle's sine.
func convertAngle(v float64, from, to string) (float64, bool) {
	degrees, ok := angleFactor(from)
	switch {
	case strings.EqualFold(from, "Tilt"):
		v = math.Asin(v) * 180 / math.Pi
	case !ok:
		return 0, false
	default:
		v *= degrees
	}
	degrees, ok = angleFactor(to)
	switch {
	case strings.EqualFold(to, "Tilt"):
		return math.Sin(v / 180 * math.Pi), true
	case !ok:
		return 0, false
	}
	return v / degrees, true
}

func angleFactor(unit string) (float64, bool) {
	for n, f := range angleUnits {
		if strings.EqualFold(n, unit) {
			return f, true
		}
	}
	return 0, false
}

var temperatureNames = []string{"DegreeCelsius", "DegreeDelisle", "DegreeFahrenheit", "DegreeNewton", "DegreeRankine", "DegreeReaumur", "DegreeRoemer", "Kelvin", "MillidegreeCelsius", "SolarTemperature"}

// temperature scales: Kelvin is v*factor + offset.
var temperatureScales = map[string]struct{ factor, offset float64 }{
	"DegreeCelsius":      {1, 273.15},
	"DegreeDelisle":      {-2.0 / 3, 373.15},
	"DegreeFahrenheit":   {5.0 / 9, 459.67 * 5 / 9},
	"DegreeNewton":       {100.0 / 33, 273.15},
	"DegreeRankine":      {5.0 / 9, 0},
	"DegreeReaumur":      {5.0 / 4, 273.15},
	"DegreeRoemer":       {40.0 / 21, 273.15 - 7.5*40/21},
	"Kelvin":             {1, 0},
	"MillidegreeCelsius": {1e-3, 273.15},
	"SolarTemperature":   {5778, 0},
}

func convertTemperature(v float64, from, to string) (float64, bool) {
	for n, f := range temperatureScales {
		if !strings.EqualFold(n, from) {
			continue
		}
		for m, t := range temperatureScales {
			if strings.EqualFold(m, to) {
				return (v*f.factor + f.offset - t.offset) / t.factor, true
			}
		}
	}
	return 0, false
}

// angleUnits are in degrees.
var angleUnits = map[string]float64{
	"Arcminute":   1.0 / 60,
	"Arcsecond":   1.0 / 3600,
	"Centiradian": 180.0 / math.Pi * 1e-2,
	"Deciradian":  180.0 / math.Pi * 1e-1,
	"Degree":      1,
	"Gradian":     0.9,
	"Microdegree": 1e-6,
	"Microradian": 180.0 / math.Pi * 1e-6,
	"Millidegree": 1e-3,
	"Milliradian": 180.0 / math.Pi * 1e-3,
	"Nanodegree":  1e-9,
	"Nanoradian":  180.0 / math.Pi * 1e-9,
	"NatoMil":     9.0 / 160,
	"Radian":      180.0 / math.Pi,
	"Revolution":  360,
}

// energyUnits are in joules.
var energyUnits = map[string]float64{
	"BritishThermalUnit":     1055.05585262,
	"Calorie":                4.184,
	"DecathermEc":            1.05505585262e8 * 10,
	"DecathermImperial":      1.05505585257348e8 * 10,
	"DecathermUs":            1.054804e8 * 10,
	"ElectronVolt":           1.602176565e-19,
	"Erg":                    1e-7,
	"FootPound":              1.355817948,
	"GigabritishThermalUnit": 1055.05585262 * 1e9,
	"GigaelectronVolt":       1.602176565e-19 * 1e9,
	"Gigajoule":              1e9,
	"GigawattDay":            24.0 * 3600 * 1e9,
	"GigawattHour":           3600 * 1e9,
	"HorsepowerHour":         2.6845195377e6,
	"Joule":                  1,
	"KilobritishThermalUnit": 1055.05585262 * 1e3,
	"Kilocalorie":            4.184 * 1e3,
	"KiloelectronVolt":       1.602176565e-19 * 1e3,
	"Kilojoule":              1e3,
	"KilowattDay":            24.0 * 3600 * 1e3,
	"KilowattHour":           3600 * 1e3,
	"MegabritishThermalUnit": 1055.05585262 * 1e6,
	"Megacalorie":            4.184 * 1e6,
	"MegaelectronVolt":       1.602176565e-19 * 1e6,
	"Megajoule":              1e6,
	"MegawattDay":            24.0 * 3600 * 1e6,
	"MegawattHour":           3600 * 1e6,
	"Millijoule":             1e-3,
	"TeraelectronVolt":       1.602176565e-19 * 1e12,
	"TerawattDay":            24.0 * 3600 * 1e12,
	"TerawattHour":           3600 * 1e12,
	"ThermEc":                1.05505585262e8,
	"ThermImperial":          1.05505585257348e8,
	"ThermUs":                1.054804e8,
	"WattDay":                24.0 * 3600,
	"WattHour":               3600,
}

// forceUnits are in newtons.
var forceUnits = map[string]float64{
	"Decanewton":     10,
	"Dyn":            1.0 / 1e5,
	"KiloPond":       9.80665002864,
	"KilogramForce":  9.80665002864,
	"Kilonewton":     1e3,
	"KilopoundForce": 4.4482216152605095551842641431421 * 1e3,
	"Meganewton":     1e6,
	"Micronewton":    1e-6,
	"Millinewton":    1e-3,
	"Newton":         1,
	"OunceForce":     2.780138509537812e-1,
	"PoundForce":     4.4482216152605095551842641431421,
	"Poundal":        0.13825502798973041652092282466083,
	"ShortTonForce":  8.896443230521e3,
	"TonneForce":     9.80665002864e3,
}

// lengthUnits are in metres.
var lengthUnits = map[string]float64{
	"Angstrom":         1e-10,
	"AstronomicalUnit": 1.4959787070e11,
	"Centimeter":       1e-2,
	"Chain":            20.1168,
	"DataMile":         1828.8,
	"Decameter":        10,
	"Decimeter":        1e-1,
	"DtpPica":          1.0 / 236.220472441,
	"DtpPoint":         1.0 / 72 * 2.54e-2,
	"Fathom":           1.8288,
	"Foot":             0.3048,
	"Hand":             1.016e-1,
	"Hectometer":       100,
	"Inch":             2.54e-2,
	"KilolightYear":    9.46073047258e15 * 1e3,
	"Kilometer":        1e3,
	"Kiloparsec":       3.08567758128e16 * 1e3,
	"LightYear":        9.46073047258e15,
	"MegalightYear":    9.46073047258e15 * 1e6,
	"Megaparsec":       3.08567758128e16 * 1e6,
	"Meter":            1,
	"Microinch":        2.54e-8,
	"Micrometer":       1e-6,
	"Mil":              2.54e-5,
	"Mile":             1609.34,
	"Millimeter":       1e-3,
	"Nanometer":        1e-9,
	"NauticalMile":     1852,
	"Parsec":           3.08567758128e16,
	"PrinterPica":      1.0 / 237.106301584,
	"PrinterPoint":     1.0 / 72.27 * 2.54e-2,
	"Shackle":          27.432,
	"SolarRadius":      6.95510000e08,
	"Twip":             1.0 / 56692.913385826,
	"UsSurveyFoot":     1200.0 / 3937,
	"Yard":             0.9144,
}

// massUnits are in kilograms.
var massUnits = map[string]float64{
	"Centigram":          1.0 / 1e3 * 1e-2,
	"Decagram":           1.0 / 1e3 * 10,
	"Decigram":           1.0 / 1e3 * 1e-1,
	"EarthMass":          5.9722e24,
	"Grain":              1.0 / 15432.358352941431,
	"Gram":               1.0 / 1e3,
	"Hectogram":          1.0 / 1e3 * 100,
	"Kilogram":           1.0 / 1e3 * 1e3,
	"Kilopound":          0.45359237 * 1e3,
	"Kilotonne":          1e3 * 1e3,
	"LongHundredweight":  1.0 / 0.01968413055222121,
	"LongTon":            1.0160469088e3,
	"Megapound":          0.45359237 * 1e6,
	"Megatonne":          1e3 * 1e6,
	"Microgram":          1.0 / 1e3 * 1e-6,
	"Milligram":          1.0 / 1e3 * 1e-3,
	"Nanogram":           1.0 / 1e3 * 1e-9,
	"Ounce":              1.0 / 35.2739619,
	"Pound":              0.45359237,
	"ShortHundredweight": 1.0 / 0.022046226218487758,
	"ShortTon":           9.0718474e2,
	"Slug":               1.0 / 6.852176556196105e-2,
	"SolarMass":          1.98947e30,
	"Stone":              1.0 / 0.1574731728702698,
	"Tonne":              1e3,
}

// speedUnits are in metres a second.
var speedUnits = map[string]float64{
	"CentimeterPerHour":     1.0 / 3600 * 1e-2,
	"CentimeterPerMinute":   1.0 / 60 * 1e-2,
	"CentimeterPerSecond":   1e-2,
	"DecimeterPerMinute":    1.0 / 60 * 1e-1,
	"DecimeterPerSecond":    1e-1,
	"FootPerHour":           0.3048 / 3600,
	"FootPerMinute":         0.3048 / 60,
	"FootPerSecond":         0.3048,
	"InchPerHour":           1.0 / 3600 * 2.54e-2,
	"InchPerMinute":         1.0 / 60 * 2.54e-2,
	"InchPerSecond":         2.54e-2,
	"KilometerPerHour":      1.0 / 3600 * 1e3,
	"KilometerPerMinute":    1.0 / 60 * 1e3,
	"KilometerPerSecond":    1e3,
	"Knot":                  0.514444,
	"MeterPerHour":          1.0 / 3600,
	"MeterPerMinute":        1.0 / 60,
	"MeterPerSecond":        1,
	"MicrometerPerMinute":   1.0 / 60 * 1e-6,
	"MicrometerPerSecond":   1e-6,
	"MilePerHour":           0.44704,
	"MillimeterPerHour":     1.0 / 3600 * 1e-3,
	"MillimeterPerMinute":   1.0 / 60 * 1e-3,
	"MillimeterPerSecond":   1e-3,
	"NanometerPerMinute":    1.0 / 60 * 1e-9,
	"NanometerPerSecond":    1e-9,
	"UsSurveyFootPerHour":   1200.0 / 3937 / 3600,
	"UsSurveyFootPerMinute": 1200.0 / 3937 / 60,
	"UsSurveyFootPerSecond": 1200.0 / 3937,
	"YardPerHour":           0.9144 / 3600,
	"YardPerMinute":         0.9144 / 60,
	"YardPerSecond":         0.9144,
}

// volumeUnits are in cubic metres.
var volumeUnits = map[string]float64{
	"AcreFoot":           1.0 / 0.000810714,
	"AuTablespoon":       2e-5,
	"BoardFoot":          2.3597372158e-3,
	"Centiliter":         1.0 / 1e3 * 1e-2,
	"CubicCentimeter":    1.0 / 1e6,
	"CubicDecimeter":     1.0 / 1e3,
	"CubicFoot":          2.8316846592e-2,
	"CubicHectometer":    1e6,
	"CubicInch":          1.6387 * 1e-5,
	"CubicKilometer":     1e9,
	"CubicMeter":         1,
	"CubicMicrometer":    1.0 / 1e18,
	"CubicMile":          4.16818182544058e9,
	"CubicMillimeter":    1.0 / 1e9,
	"CubicYard":          0.764554858,
	"Decaliter":          1.0 / 1e3 * 10,
	"DecausGallon":       0.00378541 * 10,
	"Deciliter":          1.0 / 1e3 * 1e-1,
	"DeciusGallon":       0.00378541 * 1e-1,
	"HectocubicFoot":     2.8316846592e-2 * 100,
	"HectocubicMeter":    100,
	"Hectoliter":         1.0 / 1e3 * 100,
	"HectousGallon":      0.00378541 * 100,
	"ImperialBeerBarrel": 0.16365924,
	"ImperialGallon":     0.00454609000000181429905810072407,
	"ImperialOunce":      2.8413062499962901241875439064617e-5,
	"ImperialPint":       5.6826125e-4,
	"KilocubicFoot":      2.8316846592e-2 * 1e3,
	"KilocubicMeter":     1e3,
	"KiloimperialGallon": 0.00454609000000181429905810072407 * 1e3,
	"Kiloliter":          1.0 / 1e3 * 1e3,
	"KilousGallon":       0.00378541 * 1e3,
	"Liter":              1.0 / 1e3,
	"MegacubicFoot":      2.8316846592e-2 * 1e6,
	"MegaimperialGallon": 0.00454609000000181429905810072407 * 1e6,
	"Megaliter":          1.0 / 1e3 * 1e6,
	"MegausGallon":       0.00378541 * 1e6,
	"MetricCup":          0.00025,
	"MetricTeaspoon":     0.5e-5,
	"Microliter":         1.0 / 1e3 * 1e-6,
	"Milliliter":         1.0 / 1e3 * 1e-3,
	"OilBarrel":          0.158987294928,
	"UkTablespoon":       1.5e-5,
	"UsBeerBarrel":       0.1173477658,
	"UsCustomaryCup":     0.0002365882365,
	"UsGallon":           0.00378541,
	"UsLegalCup":         0.00024,
	"UsOunce":            2.957352956253760505068307980135e-5,
	"UsPint":             4.73176473e-4,
	"UsQuart":            9.46352946e-4,
	"UsTablespoon":       1.478676478125e-5,
	"UsTeaspoon":         4.92892159375e-6,
}
