package money

import "strings"

// Currency is an ISO 4217 alphabetic code.
type Currency string

// codes are the active ISO 4217 currencies, by the number of decimals of their minor unit.
var codes = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK " +
		"DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT " +
		"LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NPR NZD PAB PEN PGK PHP PKR PLN QAR " +
		"RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES " +
		"WST XCD XCG YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
}

// Valid reports whether c is an active ISO 4217 code, in capitals.
func (c Currency) Valid() bool {
	_, ok := c.digits()
	return ok
}

// Digits is the number of decimals of the currency's minor unit (USD 2, JPY 0, BHD 3);
// 2 for a code that is not known.
func (c Currency) Digits() int {
	if d, ok := c.digits(); ok {
		return d
	}
	return 2
}

func (c Currency) digits() (int, bool) {
	if len(c) != 3 || strings.Contains(string(c), " ") {
		return 0, false
	}
	for d, list := range codes {
		for i := 0; i+3 <= len(list); i += 4 {
			if list[i:i+3] == string(c) {
				return d, true
			}
		}
	}
	return 0, false
}
