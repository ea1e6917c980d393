package com.acme.shop;

import java.util.List;
import static java.lang.Math.max;
import javax.crypto.Cipher;
import com.medapav.sitovet.Client;
import static com.vugodat.butibup.Util.of;
import com.runedak.bizavev.model.*;
import com.google.common.collect.ImmutableList;
import org.slf4j.Logger;
import org.apache.commons.lang3.StringUtils;
import lombok.Data;
import com.acme.shop.Cart;
// import com.commented.Thing;
/* import com.block.Thing; */

public class Main { String s = "import com.string.Thing;"; }
